package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/redislint/redislint/internal/fixture"
	"github.com/redislint/redislint/internal/rules"
)

func htmlOf(t *testing.T, r Report) string {
	t.Helper()
	var out bytes.Buffer
	if err := HTML(&out, r); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

var embedded = regexp.MustCompile(`(?s)<(style|script)>(.*?)</(?:style|script)>`)

func TestHTML(t *testing.T) {
	t.Parallel()
	full := sample(t)
	full.Redis[0].Picture = func(id string) string { return `<svg class="redis" id="` + id + `"></svg>` }
	for golden, r := range map[string]Report{
		"report.html": full, "report-empty.html": {Summary: Summary{Files: 3, Objects: 14}}, "report-hostile.html": hostile(t),
	} {
		t.Run(golden, func(t *testing.T) {
			t.Parallel()
			page := htmlOf(t, r)
			page = regexp.MustCompile(`sha256-[^&]+(?:&#43;[^&]*)*`).ReplaceAllString(page, "sha256-…")
			page = embedded.ReplaceAllString(page, "<$1>…</$1>")
			fixture.Golden(t, "testdata/"+golden, []byte(page))
		})
	}
}

// The page's policy allows its own style and script, and nothing else stands in the page that it would have to allow.
func TestHTMLAllowsItsOwnStyleAndScriptOnly(t *testing.T) {
	t.Parallel()
	r := sample(t)
	r.PictureStyle = ".redis .box{fill:none}\n"
	page := htmlOf(t, r)
	policy := regexp.MustCompile(`Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(page)
	if policy == nil {
		t.Fatal("the page has no policy")
	}
	parts := embedded.FindAllStringSubmatch(page, -1)
	if len(parts) != 2 {
		t.Fatalf("%d styles and scripts", len(parts))
	}
	for _, part := range parts {
		sum := sha256.Sum256([]byte(part[2]))
		allowed := fmt.Sprintf("%s-src &#39;sha256-%s&#39;", part[1], base64.StdEncoding.EncodeToString(sum[:]))
		if !strings.Contains(strings.ReplaceAll(policy[1], "&#43;", "+"), allowed) {
			t.Errorf("the policy is %s, without %s", policy[1], allowed)
		}
	}
	rest := embedded.ReplaceAllString(page, "")
	if match := regexp.MustCompile(`(?i)<(?:script|style|iframe|object|img)|\sstyle=|\son[a-z]+=|https?://[^"]*\.(?:js|css|woff)`).FindString(rest); match != "" {
		t.Errorf("the page has %q", match)
	}
}

func TestHTMLEscapesWhatItQuotes(t *testing.T) {
	t.Parallel()
	const evil = `</code></pre><script>alert(1)</script><img src=x onerror=alert(1)>"'` + "\x1b\u202e"
	r := hostile(t)
	f := r.Findings[0]
	f.Message, f.Redis, f.Fingerprint = evil, evil, evil
	f.Rule = &rules.Rule{
		ID: evil, Title: evil, Description: evil, Remediation: evil,
		References: []rules.Reference{{Title: evil, URL: "javascript:alert(1)"}},
	}
	f.Values = &rules.Values{Key: evil, File: evil}
	r.Findings = append(r.Findings, f, f)
	r.Redis = append(r.Redis, Redis{Name: evil, Flavor: evil, Mode: evil})
	r.Unseen = []Unseen{{Redis: evil, Kind: evil, Name: evil, Unknown: []string{evil}}}
	r.Undecided = []rules.Undecided{{Rule: evil, Redis: evil, Reason: evil}}
	rest := embedded.ReplaceAllString(htmlOf(t, r), "")
	for _, bad := range []string{"<script", "<img", "\x1b", "\u202e", `href="javascript:`} {
		if strings.Contains(rest, bad) {
			t.Errorf("the page has %q", bad)
		}
	}
	ids := map[string]bool{}
	for _, id := range regexp.MustCompile(`\sid="([^"]*)"`).FindAllStringSubmatch(rest, -1) {
		if ids[id[1]] {
			t.Errorf("two elements are called %s", id[1])
		}
		ids[id[1]] = true
	}
}

func TestHTMLTellsRedisOfOneNameApart(t *testing.T) {
	t.Parallel()
	r := sample(t)
	first := r.Redis[0]
	second := first
	first.Objects = nil
	r.Redis = []Redis{first, second}
	r.Findings = slices.DeleteFunc(r.Findings, func(f rules.Finding) bool {
		return f.Suppressed != nil || !slices.Contains(second.Objects, f.Object)
	})
	page := newHTMLPage(r)
	if len(page.Redis[0].Findings) != 0 || len(page.Redis[1].Findings) != len(r.Findings) {
		t.Errorf("findings of the first: %d, of the second: %d", len(page.Redis[0].Findings), len(page.Redis[1].Findings))
	}
}
