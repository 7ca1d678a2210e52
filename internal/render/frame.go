package render

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// request is one question to a child. Exactly one field is set.
type request struct {
	Chart     *chartRequest  `json:",omitempty"`
	Build     *Kustomization `json:",omitempty"`
	Vary      []Change       `json:",omitempty"`
	Attribute []Target       `json:",omitempty"`
	Leaves    bool           `json:",omitempty"`
}

// chartRequest is a Chart whose files outside the chart have been read.
type chartRequest struct {
	Chart
	SetFiles map[string][]byte // what --set-file reads, by the names that it gives
}

// response is the answer to a request. Only the field that was asked for is set.
type response struct {
	Rendered   *Rendered   `json:",omitempty"`
	Variations []Variation `json:",omitempty"`
	Answers    []Answer    `json:",omitempty"`
	Leaves     []Leaf      `json:",omitempty"`
}

// errTooLong says that an answer is more than the caller allows.
var errTooLong = errors.New("answer is too long")

// writeFrame writes a value as JSON, its length before it.
func writeFrame(w io.Writer, v any, limit int64) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode: %w", err)
	}
	if int64(len(body)) > limit {
		return errTooLong
	}
	frame := binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(body)), uint32(len(body)))
	_, err = w.Write(append(frame, body...))
	return err
}

// readFrame reads a value that writeFrame wrote. At the end of r it returns io.EOF.
func readFrame(r io.Reader, v any, limit int64) error {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return err
	}
	size := binary.BigEndian.Uint32(head[:])
	if int64(size) > limit {
		return errTooLong
	}
	body := make([]byte, size)
	if _, err := io.ReadFull(r, body); err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	if err := json.Unmarshal(body, v); err != nil {
		return fmt.Errorf("decode answer: %w", err)
	}
	return nil
}
