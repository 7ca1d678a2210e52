// Package source recognises Redis in Kubernetes objects, however it was
// deployed, and describes it in the terms of package topology. It knows where
// each way to deploy Redis writes its facts; it judges nothing.
//
// Each source is one file with one register call.
package source

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/topology"
)

// Discovery is what a Set holds of Redis.
type Discovery struct {
	Redis []*topology.Redis // sorted by namespace, name, then place in the input
	// Errors are values in Redis' objects that nobody could read safely.
	Errors []manifest.Error
	// Unknown are objects that look like a Redis of a kind no source knows.
	Unknown []*manifest.Object
	// Notices say how documents were read that leave something open, such as the
	// version of a chart.
	Notices []manifest.Notice
}

// Discover finds every Redis in the set, and in what charts make that are asked
// for in the set or by the caller. It wakes the dormant documents that may
// concern one.
func Discover(set *manifest.Set, asked ...Chart) Discovery {
	x := newIndex(set)
	x.unwrap(asked)
	x.wakeRelated()
	x.wakeClients()

	read := x.readAll()
	var members []*member
	found := Discovery{}
	for i, o := range x.objects {
		switch {
		case read[i] != nil:
			members = append(members, read[i])
		case redisLike(o) && !isKnownKind(o) && !x.owned(o):
			found.Unknown = append(found.Unknown, o)
		}
	}
	bare := x.describeReleases(members)
	found.Redis = assemble(x, members, bare)
	x.connect(found.Redis)
	found.Notices = slices.Compact(x.notices)
	slices.SortFunc(x.problems, func(a, b manifest.Error) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Message, b.Message))
	})
	found.Errors = slices.Compact(x.problems)
	return found
}

// readAll reads every object on all cores: what the first source that claims
// an object makes of it, nil where none does.
func (x *index) readAll() []*member {
	members := make([]*member, len(x.objects))
	inParallel(len(members), func(i int) { members[i] = x.read(x.objects[i]) })
	return members
}

// inParallel calls do for every index below n, on all cores.
func inParallel(n int, do func(int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	var fault atomic.Value
	for range min(runtime.GOMAXPROCS(0), n) {
		wg.Go(func() {
			defer func() {
				// A panic belongs to the caller, who can say what was being done.
				if r := recover(); r != nil {
					fault.Store(fmt.Sprintf("%v\n%s", r, debug.Stack()))
				}
			}()
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	wg.Wait()
	if r := fault.Load(); r != nil {
		panic(r)
	}
}

func (x *index) read(o *manifest.Object) *member {
	if !isKnownKind(o) || x.owned(o) || !signed(o.Root) {
		return nil
	}
	for _, s := range sources {
		if m := s.read(x, o); m != nil {
			m.source = s.name
			return m
		}
	}
	return nil
}

// source is one way to deploy Redis.
type source struct {
	name string
	// general sources look at objects that no specific source claimed.
	general bool
	// kinds are the objects it may claim, as "group/Kind" ("/Pod" in the core
	// group).
	kinds []string
	// fileKinds are further such objects, which only files hold.
	fileKinds []string
	// names, where set, are label values of the Pods that an object makes, other
	// than its own name and labels.
	names func(*manifest.Object) []string
	// read returns what the object holds of Redis, nil when nothing.
	read func(*index, *manifest.Object) *member
}

var sources []source

// register adds a source, the specific before the general. It returns a value
// so that a source can register itself in a package variable.
func register(s source) struct{} {
	read := s.read
	s.read = func(x *index, o *manifest.Object) *member {
		if !s.mayClaim(o) {
			return nil
		}
		return read(x, o)
	}
	sources = append(sources, s)
	slices.SortStableFunc(sources, func(a, b source) int {
		switch {
		case a.general != b.general && b.general:
			return -1
		case a.general != b.general:
			return 1
		default:
			return strings.Compare(a.name, b.name)
		}
	})
	return struct{}{}
}

func (s source) mayClaim(o *manifest.Object) bool {
	kind := o.Group() + "/" + o.Kind
	return slices.Contains(s.kinds, kind) || slices.Contains(s.fileKinds, kind)
}

// Names returns the names of all sources, the specific before the general.
func Names() []string {
	names := make([]string, len(sources))
	for i, s := range sources {
		names[i] = s.name
	}
	return names
}

// Kinds returns every "group/Kind" of a cluster that a source may claim, sorted.
func Kinds() []string {
	var kinds []string
	for _, s := range sources {
		kinds = append(kinds, s.kinds...)
	}
	slices.Sort(kinds)
	return slices.Compact(kinds)
}

// redisLike reports whether the kind names Redis though no source knows its
// group: KubeDB's Redis, say.
func redisLike(o *manifest.Object) bool {
	group := o.Group()
	if group == "" || !strings.Contains(group, ".") || strings.HasSuffix(group, ".k8s.io") {
		return false
	}
	kind := strings.ToLower(o.Kind)
	return slices.ContainsFunc([]string{"redis", "valkey", "keydb", "dragonfly"}, func(word string) bool {
		return strings.Contains(kind, word)
	})
}

// member is what one object contributes to a Redis.
type member struct {
	source string
	flavor string // what a person calls it
	object *manifest.Object
	// name is the name of the Redis that this member alone would make.
	name string

	nodes     []node
	sentinels []sentinel
	// keys group members: those that share one are one Redis.
	keys []string
	// hosts are names of Services and Pods that this member connects to.
	hosts []string
	// named is true when hosts say for sure what this member watches.
	named bool
	// made are Services that an operator makes for this member. They count its
	// nodes from 0.
	made []topology.Service
	// services are the names of Services that an operator makes for this member.
	services []string
	// budgets are PodDisruptionBudgets that an operator makes for this member.
	budgets []budget
	// passwords are those that its manifests hold in plain text.
	passwords []topology.WrittenPassword
	// settings is what an operator's resource says; nil for other objects.
	settings *topology.Settings
	// masters is how many masters an operator makes of a cluster, nil where none
	// does, and followers where the number of their replicas is written. each is how many replicas of each a cluster is created with.
	masters   *topology.Field[int64]
	followers topology.Origin
	each      topology.Field[int64]
	// mode is set where the object alone decides it.
	mode    topology.Mode
	loaded  map[loadedKey]bool // configuration that its servers load
	unseen  []topology.Unseen
	related []*manifest.Object
}

// node is one data workload and what it takes to relate it to other objects.
type node struct {
	topology.Node
	pods pods
	// unloaded are directives that this server has from nowhere.
	unloaded []unloadedDirective
	// replicates is true when the server is told to follow a master.
	replicates bool
	// begins is the role that the server starts with, for nodes whose source does
	// not tell the role.
	begins topology.Field[string]
	// cluster is true, false or unknown: does the server run in cluster mode?
	cluster topology.Field[bool]
}

// sentinel is one workload that runs Sentinels.
type sentinel struct {
	topology.SentinelNode
	pods    pods
	quorum  topology.Field[int64]
	monitor string // host that is monitored, "" when unknown
	sidecar bool   // runs beside a data container in the same Pods
	port    int64  // 0 when it cannot be seen
}

// pods are the Pods that an object makes.
type pods struct {
	object *manifest.Object
	labels map[string]string
	// workload is the name that Pod names begin with; service the governing
	// Service: together the DNS names of the Pods.
	workload, service string
	replicas          topology.Field[int64]
	// single is true when one Pod is all there ever is.
	single bool
	// port is where the servers take clients; 0 is Redis' own.
	port int64
	// ports maps the names of container ports to their numbers.
	ports map[string]int64
	// spec is what is written of the Pods; nothing for those that an operator
	// makes.
	spec part
}

// dataPort is the port on which the servers take clients.
func (p pods) dataPort() int64 {
	if p.port != 0 {
		return p.port
	}
	return redisPort
}
