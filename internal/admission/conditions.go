package admission

import (
	"strings"

	"github.com/redislint/redislint/internal/source"
)

// CEL expressions about a request, for API servers to evaluate. Each is total: where a field is absent it has a value, not an
// error, because an error rejects the request under Fail and skips the webhook under Ignore. And each is cheap on objects of any size that
// etcd takes: an expression that costs more than 1,000,000 units (k8s.io/apiserver/pkg/apis/cel PerCallLimit) is an error
// too. Looking for a word costs a tenth of a unit for each byte, a regular expression ten times that.

// whenChanged is true unless an update leaves alone what servers run by: metadata, status and finalizers may always be written,
// with no webhook in the way.
const whenChanged = `(request.operation != 'UPDATE' || object.?spec != oldObject.?spec ||
  object.?data != oldObject.?data || object.?binaryData != oldObject.?binaryData)`

// whenOwned is true of an object that a controller keeps as its owner says.
const whenOwned = `object.metadata.?ownerReferences.orValue([]).exists(r, r.?controller.orValue(false))`

// whenBreakGlass is true of those who were given the verb use of breakglass.redislint.dev by its name. Who may do everything, as
// cluster administrators and many delivery controllers may, holds it by that alone, and is judged like anybody else.
const whenBreakGlass = `(authorizer.group('redislint.dev').resource('breakglass').namespace(request.namespace).check('use').allowed() &&
  !authorizer.group('redislint.dev').resource('breakglass').namespace(request.namespace).check('*').allowed())`

// The words by which objects are told to concern Redis. The list is source's own: what has none of them is never read as Redis.
var (
	signs = quoted(source.Signs()...)
	// texts are those of configuration files too, where a file need not name its server.
	texts = quoted(append(source.Signs(), "maxmemory", "appendonly", "cluster-")...)
)

var (
	// whenKindSigned is true of a resource whose kind is a Redis.
	whenKindSigned = signs + `.exists(w, request.kind.kind.lowerAscii().contains(w))`

	// whenSigned is true of an object with a sign in its name, its labels or, on the scale of a workload, its selector.
	whenSigned = `[([object.metadata.name, object.?status.?selector.orValue('')] +
  object.metadata.?labels.orValue({}).map(k, k + '=' + object.metadata.labels[k])
).join(' ').lowerAscii()].exists(s, ` + signs + `.exists(w, s.contains(w)))`

	// whenWorkloadSigned is true of a workload with a sign in its name, its labels or those of its Pods, or in what says of a
	// container what it runs. One with more than 256 KiB of that is not looked through, but sent.
	whenWorkloadSigned = `[object.?spec.?template.orValue(object)].exists(t,
  [([object.metadata.name] +
    object.metadata.?labels.orValue({}).map(k, k + '=' + object.metadata.labels[k]) +
    t.?metadata.?labels.orValue({}).map(k, k + '=' + t.metadata.labels[k]) +
    t.?spec.?volumes.orValue([]).map(v, v.?configMap.?name.orValue(''))
  ).join(' ').lowerAscii()].exists(s, ` + signs + `.exists(w, s.contains(w))) ||
  (t.?spec.?initContainers.orValue([]) + t.?spec.?containers.orValue([])).exists(c,
    [[c.name, c.?image.orValue('')] + c.?command.orValue([]) + c.?args.orValue([]) +
      c.?env.orValue([]).map(e, e.name) + c.?volumeMounts.orValue([]).map(m, m.mountPath)
    ].exists(l, l.map(s, s.size()).sum() > 262144 ||
      [l.join(' ').lowerAscii()].exists(s, ` + signs + `.exists(w, s.contains(w))))))`

	// whenTextSigned is true of a ConfigMap with a sign in its name, labels, keys or text, before or after an update. One of more
	// than 500 keys or 256 KiB is not looked through, but sent.
	whenTextSigned = `(request.operation == 'UPDATE' ? [object, oldObject] : [object]).exists(o,
  o.?data.orValue({}).size() > 500 || o.?data.orValue({}).map(k, o.data[k].size()).sum() > 262144 ||
  o.?data.orValue({}).exists(k, k.endsWith('.conf')) ||
  [([o.metadata.name] + o.metadata.?labels.orValue({}).map(k, k + '=' + o.metadata.labels[k]) +
    o.?data.orValue({}).map(k, k + '=' + o.data[k])
  ).join(' ').lowerAscii()].exists(s, ` + texts + `.exists(w, s.contains(w))))`

	// whenOwnedSigned is true of an object with a sign in its name or its labels, or in the kind of its owner.
	whenOwnedSigned = `[([object.metadata.name] +
  object.metadata.?labels.orValue({}).map(k, k + '=' + object.metadata.labels[k]) +
  object.metadata.?ownerReferences.orValue([]).map(r, r.kind)
).join(' ').lowerAscii()].exists(s, ` + signs + `.exists(w, s.contains(w)))`
)

func allOf(terms ...string) string { return strings.Join(terms, " &&\n") }

func anyOf(terms ...string) string { return strings.Join(terms, " ||\n") }

func not(term string) string { return "!" + term }

// quoted returns a CEL list of plain words.
func quoted(words ...string) string { return "['" + strings.Join(words, "', '") + "']" }
