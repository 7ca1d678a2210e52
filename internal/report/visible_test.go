package report

import (
	"strings"
	"testing"
)

func TestVisible(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ text, want string }{
		"plain text":                 {"maxmemory 75 % of 1Gi", "maxmemory 75 % of 1Gi"},
		"letters of any script":      {"größe 大小 é 🚀", "größe 大小 é 🚀"},
		"a terminal sequence":        {"\x1b]0;x\a\x1b[2J", `\x1b]0;x\x07\x1b[2J`},
		"line breaks":                {"a\r\nb", `a\x0d\x0ab`},
		"tab, NUL and DEL":           {"\t\x00\x7f", `\x09\x00\x7f`},
		"C1 controls":                {"\u0085\u009b1m", `\u0085\u009b1m`},
		"bidirectional controls":     {"\u202aa\u202eb\u2066c\u2069", `\u202aa\u202eb\u2066c\u2069`},
		"nothing to see":             {"a\u200b\u200d\u2060\ufeff\u00adb", `a\u200b\u200d\u2060\ufeff\u00adb`},
		"fillers and selectors":      {"\u3164\ufe0f\U000e0100\u034f", `\u3164\ufe0f\U000e0100\u034f`},
		"tags beyond the BMP":        {"\U000e0041", `\U000e0041`},
		"spaces that are not ASCII":  {"\u00a0\u2028\u2029\u3000", `\u00a0\u2028\u2029\u3000`},
		"invalid UTF-8":              {"a\xff\xc3(\xed\xa0\x80", `a\xff\xc3(\xed\xa0\x80`},
		"a command of a runner":      {"x ##vso[task.complete]", `x \x23#vso[task.complete]`},
		"a command after more signs": {"###TeamCity[x]", `#\x23#TeamCity[x]`},
		"an ordinary comment":        {"## Redis [1]", "## Redis [1]"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := Visible(test.text); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func FuzzVisible(f *testing.F) {
	for _, seed := range []string{"", "redis", "\x1b[31m", "\xff\u202e##vso[x]", "###[[##a[", "e\u0301\u200d"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := Visible(text)
		if strings.ContainsFunc(got, func(r rune) bool { return !showable(r) }) {
			t.Errorf("%q becomes %q", text, got)
		}
		if again := Visible(got); again != got {
			t.Errorf("%q becomes %q, and that %q", text, got, again)
		}
	})
}
