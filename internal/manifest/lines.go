package manifest

import (
	"sort"
	"strings"
)

// stride is how far apart the marks of a file are: short enough to count from
// one in no time, far enough to cost nothing.
const stride = 16 << 10

// breaks counts the line breaks before an offset in the file.
func (f *file) breaks(at int) int {
	f.mark.Do(f.setMarks)
	i := at / stride
	return int(f.marks[i]) + strings.Count(f.text[i*stride:at], "\n")
}

// afterBreaks returns the offset behind the n-th line break, or the file's end.
func (f *file) afterBreaks(n int) int {
	if n <= 0 {
		return 0
	}
	f.mark.Do(f.setMarks)
	i := sort.Search(len(f.marks), func(i int) bool { return int(f.marks[i]) >= n }) - 1
	at := i * stride
	for left := n - int(f.marks[i]); left > 0; left-- {
		next := strings.IndexByte(f.text[at:], '\n')
		if next < 0 {
			return len(f.text)
		}
		at += next + 1
	}
	return at
}

// setMarks counts the line breaks before each stride.
func (f *file) setMarks() {
	f.marks = make([]uint32, 1, len(f.text)/stride+1)
	for at := stride; at <= len(f.text); at += stride {
		f.marks = append(f.marks, f.marks[len(f.marks)-1]+uint32(strings.Count(f.text[at-stride:at], "\n")))
	}
}
