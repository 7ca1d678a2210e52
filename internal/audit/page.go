package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
)

// pageSize is how many objects are asked for at a time, as kubectl does.
const pageSize = 500

// list reads a resource of a namespace, or of all, page by page, and gives each object to keep. Every page is asked for
// once. A list that expired underway, which API servers answer with 410, begins anew, once: restart drops what was kept.
func (s *Server) list(ctx context.Context, r resource, namespace string, keep func(raw []byte) error, restart func()) error {
	next, restarted := "", false
	for {
		query := url.Values{"limit": {strconv.Itoa(pageSize)}}
		if next != "" {
			query.Set("continue", next)
		}
		p := page{keep: keep}
		err := s.ask(ctx, request{method: http.MethodGet, path: r.path(namespace), query: query}, p.read)
		switch {
		case IsStatus(err, http.StatusGone) && next != "" && !restarted:
			next, restarted = "", true
			restart()
			continue
		case err != nil:
			return err
		case p.next == "":
			return nil
		case p.next == next:
			return errors.New("the server answers with the same page again")
		}
		next = p.next
	}
}

// page reads one page of a list, object by object, so that no more than one is held twice.
type page struct {
	keep func(raw []byte) error
	next string // what to continue with, "" after the last page
}

func (p *page) read(body io.Reader) error {
	d := json.NewDecoder(body)
	if err := expect(d, '{'); err != nil {
		return err
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return broken(err)
		}
		switch key {
		case "metadata":
			var metadata struct{ Continue string }
			err = d.Decode(&metadata)
			p.next = metadata.Continue
		case "items":
			err = p.items(d)
		default:
			err = d.Decode(new(json.RawMessage))
		}
		if err != nil {
			return broken(err)
		}
	}
	return expect(d, '}')
}

func (p *page) items(d *json.Decoder) error {
	switch open, err := d.Token(); {
	case err != nil || open == nil: // null is an empty list
		return err
	case open != json.Delim('['):
		return fmt.Errorf("items are %v, not a list", open)
	}
	for d.More() {
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return err
		}
		if err := p.keep(raw); err != nil {
			return err
		}
	}
	return expect(d, ']')
}

func expect(d *json.Decoder, want json.Delim) error {
	got, err := d.Token()
	if err == nil && got != want {
		err = fmt.Errorf("the answer is no list of objects: %v where %v was expected", got, want)
	}
	return broken(err)
}

// broken says of an answer that ended early that it did.
func broken(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("the answer broke off")
	}
	return err
}
