package manifest

import (
	"sort"
	"strings"
	"unicode/utf8"
)

// noteMark begins a comment that addresses redislint, after its # and blanks.
const noteMark = "redislint:"

// Note is a comment that addresses redislint: "# redislint: …".
type Note struct {
	Position        // from its # to the end of the line
	Text     string // after the colon, trimmed
	// About is the line that the comment is about: its own or, of a comment with a line to itself, the first one below
	// that is no comment.
	About int

	at int // offset of its line in the file
}

// Notes returns the notes in the object's document, in order. Text that looks like one inside a block of text, such as a
// redis.conf in a ConfigMap, is one: its language has the same comments.
func (o *Object) Notes() []Note {
	f := o.source.file
	f.note.Do(f.findNotes)
	start := sort.Search(len(f.notes), func(i int) bool { return f.notes[i].at >= f.lineStart(int(o.source.start)) })
	end := sort.Search(len(f.notes), func(i int) bool { return f.notes[i].at >= int(o.source.end) })
	return f.notes[start:end:end]
}

// NotesAbout returns those of the notes that are about a line.
func (o *Object) NotesAbout(line int) []Note {
	notes := o.Notes()
	start := sort.Search(len(notes), func(i int) bool { return notes[i].About >= line })
	end := sort.Search(len(notes), func(i int) bool { return notes[i].About > line })
	return notes[start:end:end]
}

func (f *file) findNotes() {
	line, counted := 1, 0 // the line of an offset
	for at := 0; ; {
		found := strings.Index(f.text[at:], noteMark)
		if found < 0 {
			break
		}
		start := f.lineStart(at + found)
		line += strings.Count(f.text[counted:start], "\n")
		counted = start
		at = start + lineSize(f.text[start:])
		if note, ok := noteOf(strings.TrimRight(f.text[start:at], "\r\n"), line); ok {
			note.at = start
			f.notes = append(f.notes, note)
		}
	}
	below := Note{at: -1}
	for i := len(f.notes) - 1; i >= 0; i-- {
		note := &f.notes[i]
		note.About = f.subject(*note, below)
		below = *note
	}
}

// subject returns the line that a note is about; below is the next one, whose line is known.
func (f *file) subject(note, below Note) int {
	at, line := note.at, note.Line
	for at < len(f.text) && isComment(f.text[at:]) {
		if at == below.at {
			return below.About
		}
		at += lineSize(f.text[at:])
		line++
	}
	return line
}

// noteOf reads a line, whose number is given, and reports whether it has a note.
func noteOf(text string, line int) (Note, bool) {
	hash := commentStart(text)
	if hash < 0 {
		return Note{}, false
	}
	said, isNote := strings.CutPrefix(strings.TrimLeft(text[hash+1:], " \t"), noteMark)
	column := utf8.RuneCountInString(text[:hash]) + 1
	end := column + utf8.RuneCountInString(strings.TrimRight(text[hash:], " \t"))
	return Note{Position: Position{line, column, line, end}, Text: strings.TrimSpace(said)}, isNote
}

func isComment(text string) bool { return strings.HasPrefix(strings.TrimLeft(text, " \t"), "#") }

// commentStart returns the offset of the # that begins the comment of a line, or -1. A # within quotes begins none.
func commentStart(line string) int {
	before := byte(':') // the last character that is no blank: where a value may begin, a quote opens one
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '#' && (i == 0 || isBlank(line[i-1])):
			return i
		case isQuote(line, i) && strings.IndexByte(":-?[{,", before) >= 0, c == '\'' && i > 0 && line[i-1] == c && before == '"':
			i = quotedEnd(line, i) - 1
			before = '"'
		case !isBlank(c):
			before = c
		}
	}
	return -1
}
