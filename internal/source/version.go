package source

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// version is a version of Redis, as far as its image tells it.
type version struct{ major, minor int }

// newest is what a tag without a number stands for.
var newest = version{math.MaxInt, 0}

func (v version) atLeast(major, minor int) bool {
	return v.major > major || v.major == major && v.minor >= minor
}

var versionTag = regexp.MustCompile(`^v?([0-9]{1,2})(?:\.([0-9]{1,3}))?(?:[.\-_]|$)`)

// versionOf reads the server's version from the tag of an image whose tags are
// versions of Redis. Not ok: of any other image, and where a digest or a
// placeholder stands for the tag.
func versionOf(image string) (v version, ok bool) {
	parts := strings.Split(strings.ToLower(image), "/")
	if !isOfficial(image) && !isBitnami(image) && !slices.Contains(parts, "opstree") || strings.ContainsAny(image, "@${") {
		return version{}, false
	}
	_, tag, _ := strings.Cut(parts[len(parts)-1], ":")
	m := versionTag.FindStringSubmatch(tag)
	if m == nil {
		return newest, !strings.ContainsAny(tag, "0123456789")
	}
	v.major, _ = strconv.Atoi(m[1])
	v.minor, _ = strconv.Atoi(m[2])
	if m[2] == "" {
		v.minor = math.MaxInt // the newest of its major version
	}
	return v, true
}
