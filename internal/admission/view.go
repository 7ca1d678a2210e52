package admission

import (
	"container/list"
	"slices"
	"strings"
	"sync"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/source"
)

// View is the cluster as the watches show it: the objects that facts about a
// Redis are read from, in compressed projections. It is safe for concurrent
// use.
type View struct {
	mu         sync.RWMutex
	namespaces map[string]*namespace // "" holds what has no namespace
	modes      map[string]Action     // of namespaces that choose one

	decodedMu sync.Mutex
	decoded   map[string]*list.Element // namespace → *snapshot
	recent    *list.List

	watches watches
}

type objectKey struct{ kind, name string }

// namespace holds the projections of one namespace.
type namespace struct {
	objects    map[objectKey]*projection
	redis      int // objects that hold a Redis
	generation int64
}

// snapshot is a namespace decoded at one generation, with what was found
// in it once somebody asked.
type snapshot struct {
	name                string
	generation, classes int64
	objects             []*manifest.Object
	versions            map[objectKey]version

	once  sync.Once
	found source.Discovery
	memo  snapshotMemo
}

// version is an object at one resourceVersion.
type version struct {
	resource string
	object   *manifest.Object
}

func (s *snapshot) add(o *manifest.Object, p *projection) {
	s.objects = append(s.objects, o)
	s.versions[objectKey{p.kind, p.Name}] = version{p.ResourceVersion, o}
}

// decoded returns the object of a projection that the snapshot, which may be
// nil, has decoded.
func (s *snapshot) decoded(p *projection) *manifest.Object {
	if s == nil {
		return nil
	}
	if v := s.versions[objectKey{p.kind, p.Name}]; v.resource == p.ResourceVersion && v.resource != "" {
		return v.object
	}
	return nil
}

// without returns the objects but one.
func (s *snapshot) without(subject *manifest.Object) []*manifest.Object {
	return slices.DeleteFunc(slices.Clone(s.objects), func(o *manifest.Object) bool {
		return o.Kind == subject.Kind && o.Name == subject.Name && o.Group() == subject.Group()
	})
}

// isBefore reports whether the snapshot shows the namespace as it is before
// the change.
func (s *snapshot) isBefore(c change) bool {
	subject := c.subject()
	v, held := s.versions[objectKey{subject.Kind, subject.Name}]
	if c.before == nil {
		return !held
	}
	return held && v.resource != "" && v.resource == c.before.Root.Get("metadata", "resourceVersion").Text()
}

// discovered returns the Redis of the snapshot.
func (s *snapshot) discovered() source.Discovery {
	s.once.Do(func() { s.found = source.Discover(manifest.Compose(s.objects)) })
	return s.found
}

// maxSnapshots bounds how many namespaces are kept decoded.
const maxSnapshots = 32

// NewView returns an empty view, for Watch to fill.
func NewView() *View {
	return &View{
		namespaces: map[string]*namespace{}, modes: map[string]Action{},
		decoded: map[string]*list.Element{}, recent: list.New(),
	}
}

// mode is the most that may be done in a namespace.
func (v *View) mode(name string) Action {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if mode, set := v.modes[name]; set {
		return mode
	}
	return Deny
}

// hasRedis reports whether the namespace holds a Redis.
func (v *View) hasRedis(name string) bool {
	v.mu.RLock()
	defer v.mu.RUnlock()
	ns := v.namespaces[name]
	return ns != nil && ns.redis > 0
}

// holds reports whether the view has the workload that a resource names, as
// one of a Redis.
func (v *View) holds(resource, ns, name string) bool {
	v.mu.RLock()
	defer v.mu.RUnlock()
	n := v.namespaces[ns]
	if n == nil {
		return false
	}
	p := n.objects[objectKey{scaledKinds[resource], name}]
	return p != nil && p.redis
}

// scaledKinds are the resources with a scale that are watched.
var scaledKinds = map[string]string{"statefulsets": "StatefulSet", "deployments": "Deployment"}

// raw returns the JSON of an object, nil when it is not in the view.
func (v *View) raw(kind, ns, name string) []byte {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if n := v.namespaces[ns]; n != nil {
		if p := n.objects[objectKey{kind, name}]; p != nil {
			return p.json()
		}
	}
	return nil
}

// snapshot returns the decoded objects of a namespace and all StorageClasses,
// and keeps them. They are decoded again when the namespace has changed.
func (v *View) snapshot(name string) *snapshot {
	s := v.look(name)
	v.keep(s)
	return s
}

// look is snapshot for who does not come again soon: it keeps nothing.
func (v *View) look(name string) *snapshot {
	v.mu.RLock()
	var generation, classes int64
	if ns := v.namespaces[name]; ns != nil {
		generation = ns.generation
	}
	if ns := v.namespaces[""]; ns != nil {
		classes = ns.generation
	}
	v.mu.RUnlock()

	var older *snapshot
	v.decodedMu.Lock()
	if e := v.decoded[name]; e != nil {
		older = e.Value.(*snapshot)
		if older.generation == generation && older.classes == classes {
			v.decodedMu.Unlock()
			return older
		}
	}
	v.decodedMu.Unlock()

	s := &snapshot{name: name, generation: generation, classes: classes, versions: map[objectKey]version{}}
	for _, p := range v.projections(name) {
		if o := older.decoded(p); o != nil {
			s.add(o, p)
			continue
		}
		// A projection was valid JSON when it was made.
		if o, err := manifest.DecodeOne(file, p.json(), manifest.Options{}); err == nil {
			s.add(o, p)
		}
	}
	slices.SortFunc(s.objects, func(a, b *manifest.Object) int {
		if c := strings.Compare(a.Kind, b.Kind); c != 0 {
			return c
		}
		return strings.Compare(a.Name, b.Name)
	})
	return s
}

func (v *View) projections(name string) []*projection {
	v.mu.RLock()
	defer v.mu.RUnlock()
	var all []*projection
	for _, n := range []string{name, ""} {
		if ns := v.namespaces[n]; ns != nil {
			for _, p := range ns.objects {
				if p.packed != nil {
					all = append(all, p)
				}
			}
		}
	}
	return all
}

func (v *View) keep(s *snapshot) {
	v.decodedMu.Lock()
	defer v.decodedMu.Unlock()
	if e := v.decoded[s.name]; e != nil {
		v.recent.Remove(e)
	}
	v.decoded[s.name] = v.recent.PushFront(s)
	for v.recent.Len() > maxSnapshots {
		last := v.recent.Back()
		delete(v.decoded, last.Value.(*snapshot).name)
		v.recent.Remove(last)
	}
}

// put adds or replaces an object.
func (v *View) put(p *projection) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if p.kind == "Namespace" {
		delete(v.modes, p.Name)
		if p.mode != "" {
			v.modes[p.Name] = p.mode
		}
		return
	}
	ns := v.namespaces[p.Namespace]
	if ns == nil {
		if p.packed == nil {
			return
		}
		ns = &namespace{objects: map[objectKey]*projection{}}
		v.namespaces[p.Namespace] = ns
	}
	key := objectKey{p.kind, p.Name}
	if old := ns.objects[key]; old != nil {
		if old.redis {
			ns.redis--
		}
		delete(ns.objects, key)
	}
	if p.packed != nil {
		ns.objects[key] = p
		if p.redis {
			ns.redis++
		}
	}
	ns.generation++
}

// drop removes an object.
func (v *View) drop(p *projection) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if p.kind == "Namespace" {
		delete(v.modes, p.Name)
		return
	}
	ns := v.namespaces[p.Namespace]
	key := objectKey{p.kind, p.Name}
	if ns == nil || ns.objects[key] == nil {
		return
	}
	if ns.objects[key].redis {
		ns.redis--
	}
	delete(ns.objects, key)
	ns.generation++
	if len(ns.objects) == 0 {
		delete(v.namespaces, p.Namespace)
	}
}

// Size returns how many objects the view holds and the bytes of their
// projections.
func (v *View) Size() (objects int, bytes int64) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	for _, ns := range v.namespaces {
		objects += len(ns.objects)
		for _, p := range ns.objects {
			bytes += int64(len(p.packed))
		}
	}
	return objects, bytes
}

// isRedisKind reports whether objects of the kind can hold a Redis.
func isRedisKind(group, kind string) bool { return slices.Contains(redisKinds, group+"/"+kind) }

var redisKinds = source.Kinds()
