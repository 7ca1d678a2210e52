package source

import (
	"math"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/topology"
)

// quantity reads an amount at a path: bytes, or thousandths with milli. A
// quantity that is not there is present false; one that nobody can read (a
// placeholder) is present with an unknown amount.
func (x *index) quantity(origin topology.Origin, milli bool) *topology.Quantity {
	n := origin.Object.Root.At(origin.Path)
	q := &topology.Quantity{Origin: origin}
	if n == nil || n.Kind() == manifest.Null {
		return q
	}
	q.Present, q.Text = true, n.Text()
	if n.Kind() != manifest.String {
		// YAML reads 1e-1000000000 as 0, which is not what was meant.
		if token := token(origin); exponential(token) {
			q.Text = token
		}
	}
	amount, ok := x.amount(q.Text, milli, origin)
	if ok {
		q.Amount = topology.Known(amount, origin)
	}
	return q
}

// exponential reports whether a number is written with an exponent.
func exponential(token string) bool {
	_, ok := decimalExponent(token)
	return ok
}

// token is a scalar of one line as it is written in the file.
func token(origin topology.Origin) string {
	at := origin.Position()
	lines := origin.Object.Lines(at.Line, at.Line)
	if len(lines) != 1 || at.EndLine != at.Line {
		return ""
	}
	line := []rune(lines[0])
	return string(line[min(at.Column-1, len(line)):min(at.EndColumn-1, len(line))])
}

// maxQuantity is the longest quantity that is handed to the Kubernetes parser.
const maxQuantity = 32

// amount parses a Kubernetes quantity. The parser of apimachinery v0.37 takes
// minutes for exponents in the millions, so that what it gets is looked at
// first.
func (x *index) amount(text string, milli bool, origin topology.Origin) (int64, bool) {
	if text == "" || strings.Trim(text, "0123456789.+-eEKMGTPinumk") != "" {
		return 0, false
	}
	if len(text) > maxQuantity {
		x.problem(origin, "quantity of %d characters; at most %d are read", len(text), maxQuantity)
		return 0, false
	}
	if exponent, ok := decimalExponent(text); ok && (exponent > 18 || exponent < -18) {
		x.problem(origin, "quantity %q has an exponent beyond 18", text)
		return 0, false
	}
	q, err := resource.ParseQuantity(text)
	if err != nil || q.Sign() < 0 {
		return 0, false
	}
	if q.CmpInt64(math.MaxInt64/1000) > 0 {
		return 0, false
	}
	if milli {
		return q.MilliValue(), true
	}
	return q.Value(), true
}

// decimalExponent returns the exponent of 12e6 or 12E6; the E of exa bytes is
// none.
func decimalExponent(text string) (int, bool) {
	i := strings.IndexAny(text, "eE")
	if i < 0 || i == len(text)-1 || text[i+1:] == "i" {
		return 0, false
	}
	exponent, err := strconv.Atoi(text[i+1:])
	if err != nil {
		return math.MaxInt, true
	}
	return exponent, true
}

// resources reads the request and limit of one resource of a container whose
// resources are at origin. podLevel is true when the Pod has resources of its
// own: then what the container leaves out is unknown.
func (x *index) resources(origin topology.Origin, name string, podLevel bool) *topology.Resource {
	milli := name == "cpu"
	r := &topology.Resource{
		Origin:  origin,
		Request: x.quantity(origin.At("requests", name), milli),
		Limit:   x.quantity(origin.At("limits", name), milli),
	}
	if r.Limit.Present && !r.Request.Present {
		r.Request = &topology.Quantity{
			Origin: r.Limit.Origin, Present: true, Amount: r.Limit.Amount, Text: r.Limit.Text, Defaulted: true,
		}
	}
	if podLevel {
		if !r.Limit.Present {
			r.Limit = nil
		}
		if !r.Request.Present {
			r.Request = nil
		}
	}
	if n := origin.Object.Root.At(origin.Path); n.Kind() == manifest.String {
		return nil // a placeholder stands for the whole block
	}
	return r
}
