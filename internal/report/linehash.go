package report

import (
	"strconv"
	"unicode/utf16"

	"github.com/redislint/redislint/internal/rules"
)

// line is a line of a file, by which GitHub knows a result again.
type line struct {
	file   string
	number int
}

// lineHashes returns what GitHub's upload action computes for the lines that findings are on (primaryLocationLineHash).
// A result that brings another value makes it warn.
func lineHashes(findings []rules.Finding) map[line]string {
	hashes := map[line]string{}
	for from := 0; from < len(findings); {
		file, to := findings[from].Place.File(), from+1
		for to < len(findings) && findings[to].Place.File() == file {
			to++
		}
		if in := findings[from].In; in != nil {
			wanted := map[int]bool{}
			for _, f := range findings[from:to] {
				wanted[f.Position.Line] = true
			}
			hashLines(in.Source(), func(number int, hash string) {
				if wanted[number] {
					hashes[line{file, number}] = hash
				}
			})
		}
		from = to
	}
	return hashes
}

// window is how many characters a hash is made of: those from the start of the line on, without spaces and tabs.
const window = 100

// hashLines calls visit for every line of a text, with a rolling hash of the window that starts there and how many
// lines had the same one so far. It follows src/fingerprints.ts of github/codeql-action (MIT) to the letter, which
// reads UTF-16.
func hashLines(text string, visit func(number int, hash string)) {
	const factor = 37
	first := uint64(1)
	for range window {
		first *= factor
	}
	var (
		units   [window]uint64
		numbers [window]int // of the line that starts there; 0: none does
		sum     uint64
		at      int
		number  int
		starts  = true
		afterCR bool
		counts  = map[uint64]int{}
	)
	tell := func() {
		if numbers[at] == 0 {
			return
		}
		counts[sum]++
		visit(numbers[at], strconv.FormatUint(sum, 16)+":"+strconv.Itoa(counts[sum]))
		numbers[at] = 0
	}
	roll := func(unit uint64) {
		sum = factor*sum + unit - first*units[at]
		units[at] = unit
		at = (at + 1) % window
	}
	read := func(unit uint16) {
		if unit == ' ' || unit == '\t' || afterCR && unit == '\n' {
			afterCR = false
			return
		}
		if afterCR = unit == '\r'; afterCR {
			unit = '\n'
		}
		tell()
		if starts {
			number++
			numbers[at] = number
		}
		starts = unit == '\n'
		roll(uint64(unit))
	}
	var buffer [2]uint16
	for _, r := range text {
		for _, unit := range utf16.AppendRune(buffer[:0], r) {
			read(unit)
		}
	}
	read(0xffff)
	for range window {
		tell()
		roll(0)
	}
}
