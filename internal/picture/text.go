package picture

import (
	"strconv"
	"strings"
	"unicode"
)

// longest is how many bytes of a text are shown.
const longest = 500

// shown returns s with what a reader cannot see, or would see elsewhere, as an escape: control and format characters,
// marks that stack on others, line breaks. It cuts what is longer than any name.
func shown(s string) string {
	var b strings.Builder
	for i, r := range s {
		switch {
		case i > longest:
			return b.String() + "…"
		case r == unicode.ReplacementChar && !strings.HasPrefix(s[i:], string(unicode.ReplacementChar)):
			b.WriteString(`\x` + strconv.FormatUint(uint64(s[i]), 16))
		case unicode.IsPrint(r) && !unicode.Is(unicode.M, r) && !unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r):
			b.WriteRune(r)
		default:
			quoted := strconv.QuoteRuneToASCII(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
	}
	return b.String()
}

// font is what text is set in, as far as it matters for how wide it is.
type font struct {
	size float64
	mono bool
	bold bool
}

var (
	labelFont = font{size: 10.5}
	nameFont  = font{size: 13, mono: true, bold: true}
	factFont  = font{size: 11.5}
	markFont  = font{size: 10.5, bold: true}
)

// wide is the width of a code point that fonts differ much about, in em. Text that has one is squeezed into its width.
const wide = 1.1

// width is at least the width of s in pixels, in any of the fonts that systems choose: those of DejaVu Sans and of the
// widest fixed fonts, which are wider than the others.
func (f font) width(s string) float64 {
	total := 0.0
	for _, r := range s {
		total += f.em(r)
	}
	return total * f.size
}

func (f font) em(r rune) float64 {
	switch {
	case !familiar(r):
		return wide
	case f.mono:
		return 0.62
	case f.bold:
		return sans(r) * 1.13
	}
	return sans(r)
}

func familiar(r rune) bool { return r < unicode.MaxASCII || strings.ContainsRune("·…×", r) }

func sans(r rune) float64 {
	switch {
	case strings.ContainsRune("ijlI.,:;'|! ·", r):
		return 0.35
	case strings.ContainsRune("frtJ()[]-/\\\"`", r):
		return 0.47
	case strings.ContainsRune("mwMW@%…", r):
		return 1.02
	case strings.ContainsRune("+=<>~^#&×_QOGDHNU", r):
		return 0.86
	case unicode.IsUpper(r):
		return 0.74
	}
	return 0.65
}

// fit cuts s to what has room.
func (f font) fit(s string, room float64) string {
	if f.width(s) <= room {
		return s
	}
	room -= f.em('…') * f.size
	used := 0.0
	for i, r := range s {
		used += f.em(r) * f.size
		if used > room {
			return strings.TrimRight(s[:i], " ") + "…"
		}
	}
	return s
}

// firm reports whether the width of s is known, and need not be forced.
func firm(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return !familiar(r) })
}

func plural(n int, noun string) string {
	if n != 1 && noun != "info" {
		noun += "s"
	}
	return strconv.Itoa(n) + " " + noun
}
