package certs

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// current is the link, in a mounted Secret, to the folder that holds its present edition. The kubelet replaces it as a whole.
const current = "..data"

// readFolder reads the entries of a folder. If it is a mounted Secret they are all of one edition; if it is any other, and is
// being written, they may not belong together, and do not verify.
func readFolder(folder string) (entries, error) {
	for range attempts {
		edition, err := resolve(folder)
		if err != nil {
			return entries{}, err
		}
		e, err := readEntries(edition)
		// An edition is deleted when it is replaced, so that an error, too, may mean no more than that.
		if after, _ := resolve(folder); after == edition {
			return e, err
		}
	}
	return entries{}, fmt.Errorf("read %s: it changes faster than it can be read", folder)
}

// resolve returns the folder that holds the present edition.
func resolve(folder string) (string, error) {
	edition, err := filepath.EvalSymlinks(filepath.Join(folder, current))
	if errors.Is(err, fs.ErrNotExist) {
		return folder, nil
	}
	if err != nil {
		return "", fmt.Errorf("read %s: %w", folder, err)
	}
	return edition, nil
}

func readEntries(folder string) (e entries, err error) {
	if e.crt, err = readEntry(filepath.Join(folder, entryCertificate), maxCertificates); err != nil {
		return entries{}, err
	}
	if e.key, err = readEntry(filepath.Join(folder, entryKey), maxKey); err != nil {
		return entries{}, err
	}
	e.ca, err = readEntry(filepath.Join(folder, entryBundle), maxCertificates)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return entries{}, err
	}
	return e, nil
}

// readEntry reads a regular file of at most so many bytes. Opening anything else could wait for ever.
func readEntry(name string, most int64) ([]byte, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("read %s: not a regular file", name)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read %s: %w", name, err)
	case int64(len(data)) > most:
		return nil, fmt.Errorf("read %s: more than %d bytes", name, most)
	}
	return data, nil
}
