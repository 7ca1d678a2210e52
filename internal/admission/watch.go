package admission

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	toolscache "k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/redislint/redislint/internal/source"
)

// watches is the state of a view's informers.
type watches struct {
	mu      sync.Mutex
	synced  map[schema.GroupKind]func() bool
	missing map[schema.GroupKind]bool // kinds that the cluster does not have
	started bool
	outages map[string]outage // by GroupVersionKind, as reflectors write it
}

// outage is when a watch failed, for the first time in a row and the last.
type outage struct{ since, last time.Time }

// retryMissing is how often kinds are looked for that the cluster did not
// have: operators are installed later.
const retryMissing = 30 * time.Second

// CacheOptions are the options of the controller-runtime cache that Watch is
// given.
func (v *View) CacheOptions() cache.Options {
	return cache.Options{
		DefaultTransform: project,
		DefaultWatchErrorHandler: func(ctx context.Context, r *toolscache.Reflector, err error) {
			if !apierrors.IsNotFound(err) { // a kind that was removed, after all its objects
				v.watchBroke(r.TypeDescription(), time.Now())
			}
			toolscache.DefaultWatchErrorHandler(ctx, r, err)
		},
		ReaderFailOnMissingInformer: true,
	}
}

// Watch registers an informer for every kind that facts are read from, and
// goes on looking for kinds that the cluster does not have yet until ctx ends.
// It returns once all others are registered; Synced tells when they are
// filled.
func (v *View) Watch(ctx context.Context, informers cache.Cache, mapper meta.RESTMapper) error {
	kinds := []schema.GroupKind{{Kind: "Namespace"}}
	for _, kind := range source.Observed() {
		group, name, _ := strings.Cut(kind, "/")
		kinds = append(kinds, schema.GroupKind{Group: group, Kind: name})
	}
	v.watches.mu.Lock()
	v.watches.synced, v.watches.missing = map[schema.GroupKind]func() bool{}, map[schema.GroupKind]bool{}
	v.watches.mu.Unlock()
	for _, kind := range kinds {
		if err := v.watchKind(ctx, informers, mapper, kind); err != nil {
			return err
		}
	}
	v.watches.mu.Lock()
	v.watches.started = true
	v.watches.mu.Unlock()
	go v.lookForMissing(ctx, informers, mapper)
	return nil
}

func (v *View) lookForMissing(ctx context.Context, informers cache.Cache, mapper meta.RESTMapper) {
	tick := time.NewTicker(retryMissing)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		v.watches.mu.Lock()
		var missing []schema.GroupKind
		for kind := range v.watches.missing {
			missing = append(missing, kind)
		}
		v.watches.mu.Unlock()
		for _, kind := range missing {
			// What fails now is tried again at the next tick.
			_ = v.watchKind(ctx, informers, mapper, kind)
		}
	}
}

func (v *View) watchKind(ctx context.Context, informers cache.Cache, mapper meta.RESTMapper, kind schema.GroupKind) error {
	mapping, err := mapper.RESTMapping(kind)
	if meta.IsNoMatchError(err) {
		v.watches.mu.Lock()
		v.watches.missing[kind] = true
		v.watches.mu.Unlock()
		return nil
	}
	if err != nil {
		return fmt.Errorf("find the resource of %s: %w", kind, err)
	}
	u := &unstructured.Unstructured{}
	u.SetGroupVersionKind(mapping.GroupVersionKind)
	informer, err := informers.GetInformer(ctx, u, cache.BlockUntilSynced(false))
	if err != nil {
		return fmt.Errorf("watch %s: %w", kind, err)
	}
	registration, err := informer.AddEventHandler(toolscache.ResourceEventHandlerFuncs{
		AddFunc:    func(o any) { v.seen(o, v.put) },
		UpdateFunc: func(_, o any) { v.seen(o, v.put) },
		DeleteFunc: func(o any) { v.seen(o, v.drop) },
	})
	if err != nil {
		return fmt.Errorf("watch %s: %w", kind, err)
	}
	v.watches.mu.Lock()
	defer v.watches.mu.Unlock()
	v.watches.synced[kind] = registration.HasSynced
	delete(v.watches.missing, kind)
	return nil
}

func (v *View) seen(o any, do func(*projection)) {
	if gone, ok := o.(toolscache.DeletedFinalStateUnknown); ok {
		o = gone.Obj
	}
	if p, ok := o.(*projection); ok {
		do(p)
	}
}

// Synced reports whether everything that existed when the watches began has
// been seen.
func (v *View) Synced() bool {
	v.watches.mu.Lock()
	defer v.watches.mu.Unlock()
	if !v.watches.started {
		return false
	}
	for _, synced := range v.watches.synced {
		if !synced() {
			return false
		}
	}
	return true
}

// quiet is how long after its last failure a watch counts as mended: reflectors
// try again within 30 s.
const quiet = 45 * time.Second

func (v *View) watchBroke(kind string, now time.Time) {
	v.watches.mu.Lock()
	defer v.watches.mu.Unlock()
	o := v.watches.outages[kind]
	if now.Sub(o.last) > quiet {
		o.since = now
	}
	o.last = now
	if v.watches.outages == nil {
		v.watches.outages = map[string]outage{}
	}
	v.watches.outages[kind] = o
}

// age is how long an outage has lasted, 0 when it is over.
func (o outage) age() time.Duration {
	if time.Since(o.last) > quiet {
		return 0
	}
	return time.Since(o.since)
}

// Age is how long a watch has been broken, 0 while none is.
func (v *View) Age() time.Duration {
	v.watches.mu.Lock()
	defer v.watches.mu.Unlock()
	var oldest time.Duration
	for _, o := range v.watches.outages {
		oldest = max(oldest, o.age())
	}
	return oldest
}

// Unread is a kind of which the view may not know all that exists.
type Unread struct {
	Kind string // "group/Kind", "/Service" in the core group
	// Stale is true when its objects were read, and are not kept up to date. All
	// that there were are known then.
	Stale bool
}

// Unread returns the kinds that were never read as a whole, because nobody may
// list them or the list breaks off, and those whose watch has been broken for
// longer than a hiccup, sorted. Kinds that the cluster does not have are not
// among them. The error is that nothing is known yet.
func (v *View) Unread() ([]Unread, error) {
	v.watches.mu.Lock()
	defer v.watches.mu.Unlock()
	if !v.watches.started {
		return nil, errors.New("the cluster is not watched yet")
	}
	var unread []Unread
	for kind, synced := range v.watches.synced {
		if !synced() {
			if kind.Kind == "Namespace" {
				return nil, errors.New("namespaces, and so what is not to be judged, are not known yet")
			}
			unread = append(unread, Unread{Kind: kind.Group + "/" + kind.Kind})
		}
	}
	for kind, o := range v.watches.outages {
		versioned, name, _ := strings.Cut(kind, ", Kind=")
		group, _, _ := strings.Cut(versioned, "/")
		of := Unread{Kind: group + "/" + name, Stale: true}
		if o.age() > maxStale && !slices.Contains(unread, Unread{Kind: of.Kind}) {
			unread = append(unread, of)
		}
	}
	slices.SortFunc(unread, func(a, b Unread) int { return strings.Compare(a.Kind, b.Kind) })
	return unread, nil
}

// LiveFrom reads single objects past all caches.
func LiveFrom(reader client.Reader, mapper meta.RESTMapper) Live {
	return func(ctx context.Context, kind, namespace, name string) ([]byte, error) {
		group, known := groupOf(kind)
		if !known {
			return nil, errors.New("read " + kind + ": not a kind that is observed")
		}
		mapping, err := mapper.RESTMapping(schema.GroupKind{Group: group, Kind: kind})
		if err != nil {
			return nil, fmt.Errorf("read %s %s/%s: %w", kind, namespace, name, err)
		}
		u := &unstructured.Unstructured{}
		u.SetGroupVersionKind(mapping.GroupVersionKind)
		err = reader.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, u)
		if client.IgnoreNotFound(err) != nil {
			return nil, fmt.Errorf("read %s %s/%s: %w", kind, namespace, name, err)
		}
		if err != nil {
			return nil, nil
		}
		return u.MarshalJSON()
	}
}

func groupOf(kind string) (string, bool) {
	for _, observed := range source.Observed() {
		if group, name, _ := strings.Cut(observed, "/"); name == kind {
			return group, true
		}
	}
	return "", false
}
