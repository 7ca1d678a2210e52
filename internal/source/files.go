package source

import (
	"encoding/base64"
	"path"
	"slices"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/topology"
)

// text is the content of a file in a container, or a part of it.
type text struct {
	value string
	tag   written
}

// copied is a file or folder that a start command copies or writes.
type copied struct {
	to     place
	folder bool // to is a folder that the source's files go into
	// from is the file copied by container; "" when content was written.
	from      string
	container *container
	content   text
	appends   bool
}

// place is a path in a volume of the pod, or, with an empty volume, a path in
// the file system of one container's image.
type place struct {
	volume string
	path   string
	image  *container
}

// below returns the rest of p's path below the folder.
func (p place) below(folder place) (string, bool) {
	if p.volume != folder.volume || p.image != folder.image {
		return "", false
	}
	if folder.path == "" || folder.path == "/" {
		return strings.TrimPrefix(p.path, "/"), true
	}
	rest, ok := strings.CutPrefix(p.path, folder.path)
	if !ok || rest != "" && rest[0] != '/' {
		return "", false
	}
	return strings.TrimPrefix(rest, "/"), true
}

// locate finds what a path means: the mount with the longest path that leads
// to it, or the image.
func (c *container) locate(file string) (place, *manifest.Node) {
	file = absolute(file)
	best, bestPath := (*manifest.Node)(nil), ""
	for _, m := range c.root.Get("volumeMounts").Items() {
		at := absolute(m.Get("mountPath").Text())
		if rest, ok := strings.CutPrefix(file, at); !ok || rest != "" && rest[0] != '/' && at != "/" {
			continue
		}
		if best == nil || len(at) > len(bestPath) {
			best, bestPath = m, at
		}
	}
	if best == nil {
		return place{path: file, image: c}, nil
	}
	rest := strings.TrimPrefix(strings.TrimPrefix(file, strings.TrimSuffix(bestPath, "/")), "/")
	sub := best.Get("subPath").Text()
	return place{volume: best.Get("name").Text(), path: strings.Trim(path.Join(sub, rest), "/")}, best
}

// absolute cleans a path of a container. Most are clean, which costs no memory.
func absolute(file string) string {
	if !strings.HasPrefix(file, "/") {
		file = "/" + file
	}
	return path.Clean(file)
}

const maxCopies = 8

// open returns the parts that a file is made of, in order. ok is false when
// the content cannot be seen: then an object that is not in the input, if that
// is the reason, has been recorded as unseen with what stays unknown.
func (c *container) open(file string, unknown ...string) (parts []text, ok bool) {
	return c.openDepth(file, unknown, 0)
}

func (c *container) openDepth(file string, unknown []string, depth int) ([]text, bool) {
	if depth > maxCopies || strings.ContainsAny(file, "$`*") {
		return nil, false
	}
	at, mount := c.locate(file)
	var appended []text
	for _, k := range slices.Backward(c.pod.copies) {

		from, hit := k.source(at)
		if !hit {
			continue
		}
		if k.from == "" {
			appended = append([]text{k.content}, appended...)
			if k.appends {
				continue
			}
			return appended, true
		}
		if parts, ok := k.container.openDepth(from, unknown, depth+1); ok {
			return append(parts, appended...), true
		}
	}
	if mount != nil {
		if part, ok := c.pod.volumeFile(at, unknown); ok {
			return append([]text{part}, appended...), true
		}
	}
	return nil, false
}

// source returns the path of the file that was copied to the place.
func (k copied) source(at place) (string, bool) {
	rest, ok := at.below(k.to)
	switch {
	case !ok:
		return "", false
	case k.from == "":
		return "", rest == ""
	case !k.folder:
		return k.from, rest == ""
	case rest == "":
		return "", false
	case path.Base(k.from) == rest:
		return k.from, true
	case strings.HasSuffix(k.from, "/*") || strings.HasSuffix(k.from, "/.") || strings.HasSuffix(k.from, "/"):
		return path.Join(path.Dir(k.from), rest), true
	default:
		return path.Join(k.from, rest), true
	}
}

// volumeFile reads a file of a ConfigMap, Secret or projected volume.
func (p *pod) volumeFile(at place, unknown []string) (text, bool) {
	for _, v := range p.root.Get("volumes").Items() {
		if v.Get("name").Text() != at.volume {
			continue
		}
		if cm := v.Get("configMap"); cm.Kind() == manifest.Map {
			return p.keyFile("ConfigMap", cm.Get("name").Text(), cm, at.path, unknown)
		}
		if s := v.Get("secret"); s.Kind() == manifest.Map {
			return p.keyFile("Secret", s.Get("secretName").Text(), s, at.path, unknown)
		}
		for _, s := range v.Get("projected", "sources").Items() {
			if cm := s.Get("configMap"); cm.Kind() == manifest.Map {
				if t, ok := p.keyFile("ConfigMap", cm.Get("name").Text(), cm, at.path, unknown); ok {
					return t, true
				}
			}
			if secret := s.Get("secret"); secret.Kind() == manifest.Map {
				if t, ok := p.keyFile("Secret", secret.Get("name").Text(), secret, at.path, unknown); ok {
					return t, true
				}
			}
		}
	}
	return text{}, false
}

// keyFile reads the key of a ConfigMap or Secret that appears under a name in
// the volume.
func (p *pod) keyFile(kind, name string, volume *manifest.Node, file string, unknown []string) (text, bool) {
	key := file
	if items := volume.Get("items"); items.Len() > 0 {
		key = ""
		for _, item := range items.Items() {
			if strings.Trim(path.Clean("/"+item.Get("path").Text()), "/") == file {
				key = item.Get("key").Text()
			}
		}
	}
	if key == "" || name == "" {
		return text{}, false
	}
	o := p.x.find(kind, name, p.object)
	if o == nil {
		if len(unknown) > 0 {
			p.miss(kind, name, unknown)
		}
		return text{}, false
	}
	p.relate(o)
	return keyText(o, key)
}

// keyText returns the value of one key of a ConfigMap or Secret.
func keyText(o *manifest.Object, key string) (text, bool) {
	for _, field := range []string{"data", "stringData", "binaryData"} {
		n := o.Root.Get(field, key)
		if n == nil || n.Kind() == manifest.Null {
			continue
		}
		t := text{value: n.Text(), tag: written{Origin: topology.Origin{Object: o, Path: manifest.Path{field, key}}}}
		if field == "binaryData" || field == "data" && o.Kind == "Secret" {
			decoded, err := base64.StdEncoding.DecodeString(strings.TrimSpace(t.value))
			if err != nil {
				return text{}, false
			}
			t.value, t.tag.altered = string(decoded), true
		}
		return t, true
	}
	return text{}, false
}

// miss records a reference to an object that is not in the input.
func (p *pod) miss(kind, name string, unknown []string) {
	p.unseen = addUnseen(p.unseen, topology.Unseen{Kind: kind, Name: name, Unknown: unknown, Origin: p.spec})
}

// relate records an object that facts of this pod were read from.
func (p *pod) relate(o *manifest.Object) { p.related = append(p.related, o) }

// addUnseen adds one more unseen object, or what it leaves unknown.
func addUnseen(list []topology.Unseen, u topology.Unseen) []topology.Unseen {
	for i := range list {
		if list[i].Kind != u.Kind || list[i].Name != u.Name {
			continue
		}
		for _, what := range u.Unknown {
			if !strings.Contains("\x00"+strings.Join(list[i].Unknown, "\x00")+"\x00", "\x00"+what+"\x00") {
				list[i].Unknown = append(slices.Clip(list[i].Unknown), what)
			}
		}
		return list
	}
	return append(list, u)
}
