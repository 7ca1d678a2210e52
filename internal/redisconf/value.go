package redisconf

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// The server's own words for the values it refuses.
var (
	errArguments = errors.New("wrong number of arguments")
	errDirective = errors.New("Bad directive or wrong number of arguments")
	errBool      = errors.New("argument must be 'yes' or 'no'")
	errMemory    = errors.New("argument must be a memory value")
	errPercent   = errors.New("argument must be a memory or percent value")
	errOctal     = errors.New("argument couldn't be parsed as an octal number")
	errInteger   = errors.New("argument couldn't be parsed into an integer")
)

// ParseMemory reads a number of bytes as the server does: k, m and g are powers of ten, kb, mb and gb powers of two, in
// either case. A number beyond 64 bits becomes the largest one, and a product beyond 64 bits wraps around.
func ParseMemory(text string) (bytes uint64, ok bool) {
	const longest = 127 // digits; the server's buffer is 128 bytes
	digits := len(text) - len(strings.TrimLeft(text, "0123456789"))
	factor, ok := memoryUnits[strings.ToLower(text[digits:])]
	if !ok || digits > longest {
		return 0, false
	}
	if digits > 0 {
		n, err := strconv.ParseUint(text[:digits], 10, 64)
		if err != nil {
			n = math.MaxUint64
		}
		bytes = n
	}
	return bytes * factor, true
}

var memoryUnits = map[string]uint64{
	"": 1, "b": 1,
	"k": 1000, "kb": 1 << 10,
	"m": 1000 * 1000, "mb": 1 << 20,
	"g": 1000 * 1000 * 1000, "gb": 1 << 30,
}

// parseInteger accepts what string2ll accepts: no plus sign, no leading zero, no space.
func parseInteger(text string) (int64, bool) {
	digits := strings.TrimPrefix(text, "-")
	if text != "0" && (digits == "" || digits[0] < '1' || digits[0] > '9') {
		return 0, false
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}

// parseLoosely accepts what strtoll accepts when all of the text must be read: space before the number, a plus sign,
// nothing at all; numbers beyond 64 bits become the largest one.
func parseLoosely(text string, base int) (int64, bool) {
	if text == "" {
		return 0, true
	}
	number := strings.TrimLeft(text, " \t\n\v\f\r")
	if strings.Contains(number, "_") {
		return 0, false
	}
	n, err := strconv.ParseInt(number, base, 64)
	return n, err == nil || errors.Is(err, strconv.ErrRange)
}

func parseBool(text string) (value, ok bool) {
	switch {
	case strings.EqualFold(text, "yes"):
		return true, true
	case strings.EqualFold(text, "no"):
		return false, true
	}
	return false, false
}

// number reads and bounds a numeric value; a percentage comes back negative.
func (s spec) number(text string) (int64, error) {
	n, err := s.parse(text)
	if err != nil {
		return 0, err
	}
	return n, s.bound(n)
}

func (s spec) parse(text string) (int64, error) {
	if s.kind == isMemory {
		if bytes, ok := ParseMemory(text); ok {
			return int64(bytes), nil
		}
		if !s.isPercent {
			return 0, errMemory
		}
		if percent, ok := strings.CutSuffix(text, "%"); ok {
			if n, ok := parseInteger(percent); ok && n >= 0 {
				return -n, nil
			}
		}
		return 0, errPercent
	}
	if s.isOctal {
		n, ok := parseLoosely(text, 8)
		if !ok || n == math.MaxInt64 || n == math.MinInt64 {
			return 0, errOctal
		}
		return n, nil
	}
	n, ok := parseInteger(text)
	if !ok {
		return 0, errInteger
	}
	return n, nil
}

func (s spec) bound(n int64) error {
	switch {
	case s.isUnsigned:
		if u := uint64(n); u < uint64(s.low) || u > s.high {
			if s.isOctal {
				return fmt.Errorf("argument must be between %o and %o inclusive", s.low, s.high)
			}
			return fmt.Errorf("argument must be between %d and %d inclusive", s.low, s.high)
		}
	case s.isPercent && n < 0:
		if n < s.low {
			return fmt.Errorf("percentage argument must be less or equal to %d", -s.low)
		}
	case n < s.low || n > int64(s.high):
		return fmt.Errorf("argument must be between %d and %d inclusive", s.low, int64(s.high))
	}
	return nil
}

// choose returns the canonical spelling of a choice. Words that only newer servers know are accepted.
func (s spec) choose(words []string) (string, error) {
	var chosen []string
	for _, word := range words {
		known := false
		for _, value := range slices.Concat(s.values, s.newer) {
			if strings.EqualFold(word, value) {
				chosen, known = append(chosen, value), true
				break
			}
		}
		if !known {
			return "", errors.New("argument(s) must be one of the following: " + strings.Join(s.values, ", "))
		}
	}
	if len(chosen) == 0 {
		return "", errors.New("argument(s) must be one of the following: " + strings.Join(s.values, ", "))
	}
	return strings.Join(chosen, " "), nil
}
