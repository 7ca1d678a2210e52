package manifest

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// scalar is a resolved YAML scalar before its place is known.
type scalar struct {
	kind Kind
	text string
	// float is the value of a number written as one; only a map key needs it, since sigs.k8s.io/yaml prints such keys
	// with 32 bits of precision.
	float   float64
	isFloat bool
	big     bool // an unsigned integer beyond int64, which no map key may be
}

// Tags in the short form of yaml.v3.
const (
	tagString    = "!!str"
	tagBool      = "!!bool"
	tagInt       = "!!int"
	tagFloat     = "!!float"
	tagNull      = "!!null"
	tagTimestamp = "!!timestamp"
	tagBinary    = "!!binary"
	tagMerge     = "!!merge"
)

// resolveScalar gives a scalar the value that sigs.k8s.io/yaml gives it: the YAML 1.1 rules of go-yaml v2. The tag is
// empty for a scalar without one; quoted says that such a scalar is a string whatever it looks like.
func resolveScalar(tag, text string, quoted bool) (scalar, error) {
	switch tag {
	case tagString, tagBool, tagInt, tagFloat, tagNull, tagTimestamp:
	case tagBinary:
		data, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return scalar{}, errors.New("!!binary value is not base64")
		}
		return scalar{kind: String, text: replaceInvalid(string(data))}, nil
	case "":
		if quoted {
			return scalar{kind: String, text: text}, nil
		}
	default:
		return scalar{kind: String, text: text}, nil
	}
	if tag == tagString {
		return scalar{kind: String, text: text}, nil
	}
	s, actual := resolvePlain(text, tag == "" || tag == tagTimestamp)
	switch {
	case tag == "" || tag == actual:
	case tag == tagFloat && actual == tagInt && !s.big:
		i, err := strconv.ParseInt(s.text, 10, 64)
		if err != nil {
			return scalar{}, fmt.Errorf("read integer: %w", err)
		}
		s, actual = floatScalar(float64(i)), tagFloat
	default:
		return scalar{}, fmt.Errorf("cannot decode %s as a %s", quoteShort(text), tag)
	}
	if actual == tagFloat && s.text == "" {
		return s, fmt.Errorf("%s has no equivalent in JSON", quoteShort(text))
	}
	return s, nil
}

// resolvePlain applies the implicit typing rules and returns the tag they arrive at. A float that JSON cannot write has
// an empty text.
func resolvePlain(text string, timestamps bool) (scalar, string) {
	str := scalar{kind: String, text: text}
	if text == "" {
		return scalar{kind: Null}, tagNull
	}
	switch c := text[0]; {
	case strings.IndexByte("yYnNtTfFoO~", c) >= 0:
		return resolveWord(text)
	case c == '.':
		switch text {
		case ".nan", ".NaN", ".NAN":
			return floatScalar(math.NaN()), tagFloat
		case ".inf", ".Inf", ".INF":
			return floatScalar(math.Inf(1)), tagFloat
		}
		if f, err := strconv.ParseFloat(text, 64); err == nil {
			return floatScalar(f), tagFloat
		}
		return str, tagString
	case c == '+' || c == '-' || '0' <= c && c <= '9':
		switch text {
		case "+.inf", "+.Inf", "+.INF":
			return floatScalar(math.Inf(1)), tagFloat
		case "-.inf", "-.Inf", "-.INF":
			return floatScalar(math.Inf(-1)), tagFloat
		}
		if timestamps && isTimestamp(text) {
			return str, tagTimestamp
		}
		return resolveNumber(text)
	default:
		return str, tagString
	}
}

func resolveWord(text string) (scalar, string) {
	switch text {
	case "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON":
		return scalar{kind: Bool, text: "true"}, tagBool
	case "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF":
		return scalar{kind: Bool, text: "false"}, tagBool
	case "~", "null", "Null", "NULL":
		return scalar{kind: Null, text: text}, tagNull
	default:
		return scalar{kind: String, text: text}, tagString
	}
}

var floatSyntax = regexp.MustCompile(`^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`)

func resolveNumber(text string) (scalar, string) {
	plain := strings.ReplaceAll(text, "_", "")
	if i, err := strconv.ParseInt(plain, 0, 64); err == nil {
		return intScalar(i), tagInt
	}
	if u, err := strconv.ParseUint(plain, 0, 64); err == nil {
		return uintScalar(u), tagInt
	}
	if floatSyntax.MatchString(plain) {
		if f, err := strconv.ParseFloat(plain, 64); err == nil {
			return floatScalar(f), tagFloat
		}
	}
	// ParseInt with base 0 has read well-formed binaries already; what is left is its odd relatives, such as 0b-1.
	if digits, ok := strings.CutPrefix(plain, "0b"); ok {
		if i, err := strconv.ParseInt(digits, 2, 64); err == nil {
			return intScalar(i), tagInt
		}
		if u, err := strconv.ParseUint(digits, 2, 64); err == nil {
			return uintScalar(u), tagInt
		}
	} else if digits, ok := strings.CutPrefix(plain, "-0b"); ok {
		if i, err := strconv.ParseInt("-"+digits, 2, 64); err == nil {
			return intScalar(i), tagInt
		}
	}
	return scalar{kind: String, text: text}, tagString
}

func intScalar(i int64) scalar { return scalar{kind: Int, text: strconv.FormatInt(i, 10)} }

func uintScalar(u uint64) scalar {
	return scalar{kind: Float, text: strconv.FormatUint(u, 10), big: true}
}

// floatScalar writes a float as encoding/json does, which makes an integer of 1e3.
func floatScalar(f float64) scalar {
	s := scalar{kind: Float, float: f, isFloat: true}
	if text, err := json.Marshal(f); err == nil {
		s.text = string(text)
		if _, err := strconv.ParseInt(s.text, 10, 64); err == nil {
			s.kind = Int
		}
	}
	return s
}

// mapKey returns the string that sigs.k8s.io/yaml makes of a scalar key.
func mapKey(tag, text string, quoted bool) (string, error) {
	s, err := resolveScalar(tag, text, quoted)
	if s.isFloat {
		switch name := strconv.FormatFloat(s.float, 'g', -1, 32); name {
		case "+Inf":
			return ".inf", nil
		case "-Inf":
			return "-.inf", nil
		case "NaN":
			return ".nan", nil
		default:
			return name, nil
		}
	}
	switch {
	case err != nil:
		return "", err
	case s.kind == Null:
		return "", errors.New("null is no map key")
	case s.big:
		return "", fmt.Errorf("%s is too large for a map key", text)
	default:
		return s.text, nil
	}
}

// isTimestamp reports whether go-yaml v2 takes a scalar for a timestamp, which then stays a string.
func isTimestamp(text string) bool {
	if len(text) < len("2006-1-2") || text[4] != '-' {
		return false
	}
	for i := range 4 {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	for _, layout := range [...]string{
		"2006-1-2T15:4:5.999999999Z07:00",
		"2006-1-2t15:4:5.999999999Z07:00",
		"2006-1-2 15:4:5.999999999",
		"2006-1-2",
	} {
		if _, err := time.Parse(layout, text); err == nil {
			return true
		}
	}
	return false
}

// replaceInvalid puts U+FFFD for every invalid byte, as encoding/json does.
func replaceInvalid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return string([]rune(s))
}

// quoteShort quotes the beginning of a scalar for a message.
func quoteShort(text string) string {
	const most = 40
	if len(text) > most {
		return strconv.Quote(strings.ToValidUTF8(text[:most], "")) + "…"
	}
	return strconv.Quote(text)
}
