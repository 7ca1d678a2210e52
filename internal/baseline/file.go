package baseline

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"unicode/utf16"
	"unicode/utf8"
)

// maxBytes is far more than any baseline is large.
const maxBytes = 64 << 20

// Read reads a baseline. The error names the file, and wraps fs.ErrNotExist when there is none.
func Read(path string) (*Baseline, error) {
	// Opening a pipe to read would wait for a writer.
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("read the baseline: %w", err)
	}
	defer func() { _ = file.Close() }() // it was only read
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("read the baseline: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("read the baseline: %s is not a regular file", path)
	}
	text, err := io.ReadAll(io.LimitReader(file, maxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read the baseline: %w", err)
	}
	if len(text) > maxBytes {
		return nil, fmt.Errorf("read the baseline: %s is larger than %d MiB", path, maxBytes>>20)
	}
	b, err := Parse(text)
	if err != nil {
		return nil, fmt.Errorf("read the baseline: %s: %w", path, err)
	}
	return b, nil
}

// Parse reads the text of a baseline.
func Parse(text []byte) (*Baseline, error) {
	// The version first: another one may have any shape.
	var version struct {
		Version json.RawMessage `json:"version"`
	}
	if err := decode(text, &version, false); err != nil {
		return nil, err
	}
	switch {
	case len(version.Version) == 0:
		return nil, errors.New("it has no version, so it is no baseline")
	case string(version.Version) != strconv.Itoa(Version):
		return nil, fmt.Errorf("it is of version %.20s, and this redislint reads version %d", version.Version, Version)
	}
	var document struct {
		Version  int      `json:"version"`
		Findings *[]Entry `json:"findings"`
	}
	if err := decode(text, &document, true); err != nil {
		return nil, err
	}
	if document.Findings == nil {
		return nil, errors.New("it has no findings, not even an empty list")
	}
	b := &Baseline{Entries: *document.Findings}
	return b, b.validate()
}

// decode reads one JSON value and nothing behind it. Errors name the line where there is one.
func decode(text []byte, into any, strict bool) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	if strict {
		decoder.DisallowUnknownFields()
	}
	err := decoder.Decode(into)
	if err == nil {
		if _, err = decoder.Token(); errors.Is(err, io.EOF) {
			return nil
		}
		return fmt.Errorf("line %d: there is more behind the end", lineOf(text, decoder.InputOffset()))
	}
	if wrong, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Errorf("line %d: %w", lineOf(text, wrong.Offset), err)
	}
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		what := wrong.Field
		if what == "" {
			what = "it"
		}
		return fmt.Errorf("line %d: %s is of the wrong type: %s", lineOf(text, wrong.Offset), what, wrong.Value)
	}
	if errors.Is(err, io.EOF) {
		return errors.New("it is empty")
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("it breaks off")
	}
	return errors.New(strings.TrimPrefix(err.Error(), "json: "))
}

func lineOf(text []byte, offset int64) int {
	return 1 + bytes.Count(text[:min(max(offset-1, 0), int64(len(text)))], []byte("\n"))
}

// Bytes is the baseline as a file: JSON with each finding on a line of its own, so that a change of one is one line of a
// diff. It is ASCII alone, whatever objects are called.
func (b *Baseline) Bytes() ([]byte, error) {
	var out bytes.Buffer
	fmt.Fprintf(&out, "{\n  \"version\": %d,\n  \"findings\": [", Version)
	for i, e := range b.Entries {
		line, err := json.Marshal(e)
		if err != nil {
			return nil, fmt.Errorf("encode the baseline: %w", err)
		}
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteString("\n    ")
		writeASCII(&out, string(line))
	}
	if len(b.Entries) > 0 {
		out.WriteString("\n  ")
	}
	out.WriteString("]\n}\n")
	return out.Bytes(), nil
}

func writeASCII(out *bytes.Buffer, text string) {
	for _, r := range text {
		switch high, low := utf16.EncodeRune(r); {
		case r < utf8.RuneSelf && r != 0x7f:
			out.WriteRune(r)
		case high != utf8.RuneError:
			fmt.Fprintf(out, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(out, `\u%04x`, r)
		}
	}
}

// Write replaces a file by the baseline, or leaves it as it was. A symbolic link stays, and its target is replaced.
func (b *Baseline) Write(path string) error {
	text, err := b.Bytes()
	if err != nil {
		return err
	}
	if err := replace(path, text); err != nil {
		return fmt.Errorf("write the baseline: %w", err)
	}
	return nil
}

func replace(path string, text []byte) error {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	mode := os.FileMode(0o644)
	if info, err := os.Stat(path); err == nil {
		if !info.Mode().IsRegular() {
			return fmt.Errorf("%s is not a regular file", path)
		}
		mode = info.Mode().Perm()
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".redislint-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(file.Name()) }() // gone by then when all went well
	_, err = file.Write(text)
	err = errors.Join(err, file.Chmod(mode), file.Sync(), file.Close())
	if err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}
