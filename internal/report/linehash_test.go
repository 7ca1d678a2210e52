package report

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The hashes are those that github/codeql-action expects in its own tests.
func TestHashLines(t *testing.T) {
	t.Parallel()
	greetings := []string{
		"e9496ae3ebfced30:1", "fb7c023a8b9ccb3f:1", "ce8ba1a563dcdaca:1", "e20e36e16fcb0cc8:1", "b3edc88f2938467e:1",
		"c8e28b0b4002a3a0:1", "c129715d7a2bc9a3:1",
	}
	tests := map[string]struct {
		text string
		want []string
	}{
		"nothing": {"", []string{"c129715d7a2bc9a3:1"}},
		"white space does not count": {
			" a\nb\n  \t\tc\n d",
			[]string{"271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"},
		},
		"line feeds":        {" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n", greetings},
		"carriage returns":  {" hello; \t\nworld!!!\r\r\r  \t\tGreetings\r End\r", greetings},
		"both":              {" hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n", greetings},
		"all kinds at once": {" hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n", greetings},
		"lines that are alike are counted": {
			strings.Repeat("Lorem ipsum dolor sit amet.\n", 10),
			[]string{
				"a7f2ff13bc495cf2:1", "a7f2ff13bc495cf2:2", "a7f2ff13bc495cf2:3", "a7f2ff13bc495cf2:4", "a7f2ff13bc495cf2:5",
				"a7f2ff13bc495cf2:6", "a7f2ff1481e87703:1", "a9cf91f7bbf1862b:1", "55ec222b86bcae53:1", "cc97dc7b1d7d8f7b:1",
				"c129715d7a2bc9a3:1",
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			hashLines(test.text, func(number int, hash string) {
				if number != len(got)+1 {
					t.Errorf("line %d comes after %d others", number, len(got))
				}
				got = append(got, hash)
			})
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
