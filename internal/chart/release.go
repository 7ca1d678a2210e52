package chart

import (
	"strings"

	"github.com/redislint/redislint/internal/manifest"
)

// release is a release of a chart while its objects are derived.
type release struct {
	asked   Release
	chart   chart
	out     *Rendered
	v       value // the merged values
	version string
	major   int
	words   words

	name      string // of the release
	fullname  string // what object names begin with
	namespace string

	others map[int]*fact // of other major versions, as far as they were asked for
}

// words are what a chart calls things.
type words struct {
	server string // redis or valkey: containers, volumes, folders and files are named after it
	prefix string // of environment variables: "REDIS_"
	master string // the key and the label of the master: master or primary
}

var (
	redisWords  = words{server: "redis", prefix: "REDIS_", master: "master"}
	valkeyWords = words{server: "valkey", prefix: "VALKEY_", master: "primary"}
)

// folder is where the image keeps what the server reads.
func (w words) folder() string { return "/opt/bitnami/" + w.server }

func newRelease(c chart, asked Release, version string, v value, out *Rendered) *release {
	r := &release{asked: asked, chart: c, out: out, v: v, version: version, major: c.major(version), words: redisWords}
	if strings.HasPrefix(asked.Chart, "valkey") {
		r.words = valkeyWords
	}
	if !v.reads("primary") {
		r.words.master = "master"
	}
	r.name = asked.Name
	if r.name == "" {
		r.name = asked.Chart
	}
	r.fullname = v.at("fullnameOverride").known("")
	if r.fullname == "" {
		if name := v.at("nameOverride").known(asked.Chart); strings.Contains(r.name, name) {
			r.fullname = r.name
		} else {
			r.fullname = r.name + "-" + name
		}
	}
	r.fullname = cut(r.fullname)
	r.namespace = asked.Namespace
	if v.reads("namespaceOverride") {
		r.namespace = v.at("namespaceOverride").known(r.namespace)
	}
	return r
}

// cut is a name as the charts shorten it for Kubernetes.
func cut(name string) string {
	if len(name) > 63 {
		name = name[:63]
	}
	return strings.TrimSuffix(name, "-")
}

// chartName is the value of the labels that name the chart.
func (r *release) chartName() string { return cut(r.v.at("nameOverride").known(r.asked.Chart)) }

// header is what an object is called.
type header struct {
	apiVersion, kind, name string
	component              string // its label, "" for none
	labels, annotations    value  // the user's, besides those of all objects
}

// object derives an object with the labels of the release.
func (r *release) object(h header, rest ...manifest.FieldTree) *manifest.Object {
	metadata := fields(
		set("name", h.name),
		when(r.namespace != "", set("namespace", r.namespace)),
		field("labels", r.labels(h.component, h.labels, r.v.at("commonLabels"))),
		annotations(h.annotations, r.v.at("commonAnnotations")),
	)
	tree := fields(append([]manifest.FieldTree{
		set("apiVersion", h.apiVersion), set("kind", h.kind), field("metadata", metadata),
	}, rest...)...)
	tree.Ref = r.v.ref()
	return manifest.Derive(r.asked.Owner, h.apiVersion, h.kind, r.namespace, h.name, tree)
}

func annotations(own ...value) manifest.FieldTree {
	t := merge(fields(), own...)
	return when(len(t.Fields) > 0, field("annotations", t))
}

func (r *release) add(objects ...*manifest.Object) { r.out.Objects = append(r.out.Objects, objects...) }

// labels are those of an object or of Pods, with some of the user's.
func (r *release) labels(component string, own ...value) manifest.Tree {
	t := r.selector(component)
	label := r.asked.Chart + "-" + strings.ReplaceAll(r.version, "+", "_")
	if r.old() {
		t.Fields = append(t.Fields, set("chart", label), set("heritage", "Helm"))
	} else {
		t.Fields = append(t.Fields, set("helm.sh/chart", cut(label)), set("app.kubernetes.io/managed-by", "Helm"))
	}
	return merge(t, own...)
}

// merge adds the fields of maps that a tree does not have.
func merge(t manifest.Tree, maps ...value) manifest.Tree {
	has := map[string]bool{}
	for _, f := range t.Fields {
		has[f.Name] = true
	}
	for _, x := range maps {
		if x.in == nil || !x.isMap() {
			continue
		}
		for _, c := range x.children(false) {
			if !has[c.name()] {
				has[c.name()] = true
				t.Fields = append(t.Fields, field(c.name(), c.tree()))
			}
		}
	}
	return t
}

// selector are the labels by which Pods are selected.
func (r *release) selector(component string) manifest.Tree {
	if r.old() {
		return fields(
			set("app", r.chartName()), set("release", r.name), when(component != "", set("role", component)),
		)
	}
	return fields(
		set("app.kubernetes.io/name", r.chartName()),
		set("app.kubernetes.io/instance", r.name),
		when(component != "", set("app.kubernetes.io/component", component)),
	)
}

func hasField(t manifest.Tree, name string) bool {
	for _, f := range t.Fields {
		if f.Name == name {
			return true
		}
	}
	return false
}

// image is the reference that the values at a key come to.
func (r *release) image(x value) manifest.Tree {
	if x.at("repository").isUnseen() || x.at("tag").isUnseen() {
		return from(x, literal(unseen))
	}
	registry := r.v.at("global.imageRegistry").known(x.at("registry").text())
	text := x.at("repository").text()
	if registry != "" {
		text = registry + "/" + text
	}
	at := x.at("tag")
	if digest := x.at("digest"); digest.isSet() && digest.text() != "" {
		text, at = text+"@"+digest.text(), digest
	} else {
		text += ":" + at.text()
	}
	return manifest.Tree{Value: text, Ref: at.ref()}
}
