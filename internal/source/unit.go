package source

import (
	"strconv"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
)

// units keeps apart what a repository holds several times: folders or files of
// several environments, with workloads of one name. A unit is the folder or
// file within which the names of workloads are unique.
type units struct {
	of    map[string]string // unit of each file that holds a workload
	names map[string]bool   // of all units
	// repeated numbers a workload that a file holds more than once.
	repeated map[*manifest.Object]int
}

// identity is what a cluster can hold only one of.
type identity struct{ kind, namespace, name string }

func identityOf(o *manifest.Object) identity {
	return identity{o.Group() + "/" + o.Kind, aliases(o.Namespace)[0], o.Name}
}

// unitsOf splits the files of a set.
func unitsOf(objects []*manifest.Object) units {
	u := units{of: map[string]string{}, names: map[string]bool{}, repeated: map[*manifest.Object]int{}}
	var workloads []*manifest.Object
	for _, o := range objects {
		if isKnownKind(o) && signed(o.Root) {
			workloads = append(workloads, o)
		}
	}
	u.split("", workloads, 0)
	return u
}

func (u *units) split(unit string, workloads []*manifest.Object, depth int) {
	held := map[identity]bool{}
	unique := true
	for _, o := range workloads {
		unique = unique && !held[identityOf(o)]
		held[identityOf(o)] = true
	}
	parts := map[string][]*manifest.Object{}
	deeper := false
	if !unique {
		for _, o := range workloads {
			segments := strings.Split(o.File, "/")
			part := strings.Join(segments[:min(depth+1, len(segments))], "/")
			deeper = deeper || len(segments) > depth+1
			parts[part] = append(parts[part], o)
		}
	}
	if unique || len(parts) == 1 && !deeper {
		seen := map[identity]int{}
		for _, o := range workloads {
			u.of[o.File] = unit
			u.repeated[o] = seen[identityOf(o)]
			seen[identityOf(o)]++
		}
		u.names[unit] = true
		return
	}
	for part, inside := range parts {
		u.split(part, inside, depth+1)
	}
}

// unit is the unit that a file belongs to: its own, or that of the folder it
// is in; "" when it is in none.
func (u *units) unit(file string) string {
	if unit, ok := u.of[file]; ok {
		return unit
	}
	if len(u.names) < 2 {
		return ""
	}
	for folder := file; folder != ""; {
		if u.names[folder] {
			return folder
		}
		i := strings.LastIndexByte(folder, '/')
		folder = folder[:max(i, 0)]
	}
	return ""
}

// visible are the units whose objects an object may refer to: its own, and what
// lies outside all of them.
func (u *units) visible(from *manifest.Object) []string {
	if unit := u.unit(from.File); unit != "" {
		return []string{unit, ""}
	}
	return []string{""}
}

// apart reports whether two objects belong to different copies, and so to
// clusters or namespaces that have nothing in common. What lies outside all
// copies belongs to each of them.
func (u *units) apart(a, b *manifest.Object) bool {
	if u.repeated[a] != u.repeated[b] && a.File == b.File {
		return isKnownKind(a) && isKnownKind(b)
	}
	if a.File == b.File || len(u.names) < 2 {
		return false
	}
	left, right := u.unit(a.File), u.unit(b.File)
	return left != right && left != "" && right != ""
}

// scope names the unit of an object for use in a key.
func (u *units) scope(o *manifest.Object) string {
	return u.unit(o.File) + "\x00" + strconv.Itoa(u.repeated[o])
}
