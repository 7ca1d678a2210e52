// Package audit reads what matters to a Redis out of a running cluster, as a Set. It only ever reads, never a Secret, and
// knows nothing of Redis: which kinds and which objects matter, it is told.
package audit

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/redislint/redislint/internal/manifest"
)

// Options are what is read.
type Options struct {
	Kinds      []string // "group/Kind"; those that the cluster does not have are not there, which is no gap
	Namespaces []string // none is all of them
	Limits     manifest.Options
	// Told, where set, is called as objects come in, from several goroutines.
	Told func(objects int)
}

// NamespaceError is a namespace that does not exist.
type NamespaceError struct{ Name string }

func (e *NamespaceError) Error() string { return fmt.Sprintf("namespace %q does not exist", e.Name) }

// Read lists the kinds and decodes what they hold. Objects are named as in "StatefulSet shop/redis", where Sets of files have
// the file. What could not be listed is a gap of the Set and one of its Errors; where namespaces were chosen and the kind has
// none, one of its Notices. The error is that of ctx, a *NamespaceError, or that the server does not say what it has.
func Read(ctx context.Context, server *Server, o Options) (*manifest.Set, error) {
	for _, kind := range o.Kinds {
		if strings.HasSuffix(kind, "/Secret") {
			return nil, errors.New("secrets are for their Pods to read")
		}
	}
	for _, namespace := range o.Namespaces {
		if len(validation.IsDNS1123Label(namespace)) > 0 {
			return nil, &NamespaceError{namespace}
		}
	}
	resources, unsure, err := server.served(ctx, o.Kinds)
	if err != nil {
		return nil, err
	}
	for _, namespace := range o.Namespaces {
		if err := server.Get(ctx, "api/v1/namespaces/"+namespace, nil, new(struct{})); IsStatus(err, http.StatusNotFound) {
			return nil, &NamespaceError{namespace}
		}
	}
	r := reader{server: server, options: o}
	lists := r.lists(resources)
	if err := r.read(ctx, lists); err != nil {
		return nil, err
	}
	for _, kind := range unsure {
		lists = append(lists, &listing{resource: resource{kind: kind}, err: errors.New("the server behind them does not answer")})
	}
	return r.set(lists), nil
}

// reader reads several resources at a time.
type reader struct {
	server  *Server
	options Options
	objects atomic.Int64
}

// listing is one resource in one namespace, or in all, and what came of it.
type listing struct {
	resource
	namespace string

	inputs []manifest.Input
	read   int   // objects
	err    error // why they may not be all
}

func (r *reader) lists(resources []resource) []*listing {
	var lists []*listing
	for _, resource := range resources {
		if !resource.namespaced || len(r.options.Namespaces) == 0 {
			lists = append(lists, &listing{resource: resource})
			continue
		}
		for _, namespace := range r.options.Namespaces {
			lists = append(lists, &listing{resource: resource, namespace: namespace})
		}
	}
	return lists
}

func (r *reader) read(ctx context.Context, lists []*listing) error {
	var group errgroup.Group
	group.SetLimit(atOnce)
	for _, l := range lists {
		group.Go(func() error {
			l.err = r.server.list(ctx, l.resource, l.namespace, func(raw []byte) error {
				input, err := document(raw, l.resource, r.options.Limits.Sign)
				if err != nil {
					return err
				}
				l.inputs = append(l.inputs, input)
				l.read++
				if read := r.objects.Add(1); r.options.Told != nil {
					r.options.Told(int(read))
				}
				return nil
			}, func() { l.inputs, l.read = nil, 0 })
			if IsStatus(l.err, http.StatusNotFound) {
				l.err = nil // removed since the server was asked what it has
			}
			return ctx.Err()
		})
	}
	return group.Wait()
}

// set decodes what was listed, and says what was not.
func (r *reader) set(lists []*listing) *manifest.Set {
	var inputs []manifest.Input
	kinds := map[string]string{} // of inputs, by their names
	for _, l := range lists {
		for _, input := range l.inputs {
			kinds[input.Name] = l.kind
		}
		inputs = append(inputs, l.inputs...)
		l.inputs = nil
	}
	slices.SortStableFunc(inputs, func(a, b manifest.Input) int { return strings.Compare(a.Name, b.Name) })
	set := manifest.Decode(inputs, r.options.Limits)
	set.Stats.Files = 0 // they are none
	for _, e := range set.Errors {
		set.Gaps = append(set.Gaps, manifest.Gap{Kind: kinds[e.File]})
	}
	if set.Stats.Documents < len(inputs) { // more than the limits allow
		for _, l := range lists {
			set.Gaps = append(set.Gaps, manifest.Gap{Kind: l.kind})
		}
	}
	var errs, notices gaps
	for _, l := range lists {
		if l.err == nil {
			continue
		}
		set.Gaps = append(set.Gaps, manifest.Gap{Kind: l.kind, Namespace: l.namespace})
		if len(r.options.Namespaces) > 0 && !l.namespaced && IsStatus(l.err, http.StatusForbidden) {
			notices.add(l)
		} else {
			errs.add(l)
		}
	}
	for _, g := range errs {
		set.Errors = append(set.Errors, manifest.Error{File: g.where, Message: g.text()})
	}
	for _, g := range notices {
		set.Notices = append(set.Notices, manifest.Notice{File: g.where, Message: g.text()})
	}
	return set
}
