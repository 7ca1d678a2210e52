// Package browser looks at what redislint draws in a real browser.
package browser

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/redislint/redislint/test/browser/chrome"
)

var (
	browser   context.Context
	redislint string
)

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	if _, err := chrome.Find(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		if os.Getenv("CI") == "true" {
			return 1
		}
		return 0
	}
	folder, err := os.MkdirTemp("", "redislint-browser-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(folder)
	redislint, err = chrome.Redislint(context.Background(), folder)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	ctx, end, err := chrome.Open(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer end()
	browser = ctx
	return m.Run()
}

// written runs redislint and returns a file with what it printed.
func written(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), redislint, args...).Output()
	if len(out) == 0 { // findings end it with an error
		t.Fatalf("redislint %s: %v", args, err)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, out, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func open(t *testing.T, width int64, scheme, path, fragment string) *chrome.Tab {
	t.Helper()
	tab, err := chrome.NewTab(browser, width, 900, scheme)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tab.Close)
	if err := tab.Load(path, fragment); err != nil {
		t.Fatal(err)
	}
	return tab
}

func ask[T any](t *testing.T, tab *chrome.Tab, expression string) T {
	t.Helper()
	var value T
	if err := tab.Ask(expression, &value); err != nil {
		t.Fatal(err)
	}
	return value
}

// patience is how long a page may take, on a machine that has much else to do, before it is not working.
const patience = time.Minute

// The lines of a picture that leave their boxes, and pictures without a size.
const misdrawn = `(() => {
  const wrong = [];
  for (const svg of document.querySelectorAll("svg.redis")) {
    const size = svg.getBoundingClientRect();
    if (size.width < 100 || size.height < 50) wrong.push("a picture of " + size.width + " by " + size.height);
  }
  for (const box of document.querySelectorAll("svg.redis .box")) {
    const around = box.getBBox();
    for (const text of box.parentNode.querySelectorAll("text:not(.count)")) {
      const at = text.getBBox();
      if (at.x < around.x || at.x + at.width > around.x + around.width || at.y < around.y || at.y + at.height > around.y + around.height)
        wrong.push(text.textContent + " is " + at.width + " wide in a box of " + around.width);
    }
    for (const pill of box.parentNode.querySelectorAll(".mark")) {
      const around = pill.getBBox(), at = box.parentNode.querySelector(".count").getBBox();
      if (at.x < around.x || at.x + at.width > around.x + around.width) wrong.push("a count of " + at.width + " in " + around.width);
    }
  }
  return wrong;
})()`

func TestReport(t *testing.T) {
	t.Parallel()
	shop := written(t, "report.html", "lint", "testdata/shop.yaml", "-o", "html")
	hostile := written(t, "hostile.html", "lint", "testdata/hostile.yaml", "-o", "html")
	many := written(t, "many.html", "lint", "../../fixtures/workload", "../../fixtures/bitnami", "../../fixtures/opstree", "../../fixtures/spotahome", "-o", "html")
	for name, path := range map[string]string{"shop": shop, "hostile": hostile, "many": many} {
		for _, width := range []int64{400, 800, 1400} {
			for _, scheme := range []string{"dark", "light"} {
				name := fmt.Sprintf("%s-%d-%s", name, width, scheme)
				t.Run(name, func(t *testing.T) {
					tab := open(t, width, scheme, path, "")
					if got := ask[int64](t, tab, "document.documentElement.scrollWidth"); got > width {
						t.Errorf("the page is %d pixels wide", got)
					}
					for _, wrong := range ask[[]string](t, tab, misdrawn) {
						t.Error(wrong)
					}
					if n := ask[int](t, tab, `document.querySelectorAll(".card svg .box").length`); n == 0 {
						t.Error("no picture")
					}
					ask[string](t, tab, fmt.Sprintf("document.documentElement.dataset.theme = %q", scheme))
					dark := ask[bool](t, tab, `getComputedStyle(document.body).backgroundColor.match(/\d+/g)[0] < 100`)
					if dark != (scheme == "dark") {
						t.Errorf("dark is %v", dark)
					}
					if ran := ask[bool](t, tab, `"ran" in window || document.scripts.length !== 1`); ran {
						t.Error("what a manifest holds was run")
					}
					for _, noted := range tab.Noted() {
						t.Error(noted)
					}
					shoot(t, tab, name)
				})
			}
		}
	}
	tab := open(t, 800, "light", hostile, "")
	if text := ask[string](t, tab, `document.querySelector(".card .title").textContent`); !strings.Contains(text, "<script>window.ran=1</script><img") {
		t.Errorf("the name is shown as %q", text)
	}
}

// shoot keeps a picture of the page where SCREENSHOTS says.
func shoot(t *testing.T, tab *chrome.Tab, name string) {
	t.Helper()
	folder := os.Getenv("SCREENSHOTS")
	if folder == "" {
		return
	}
	var png []byte
	if err := chromedp.Run(tab.Context, chromedp.CaptureScreenshot(&png)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name+".png"), png, 0o600); err != nil {
		t.Fatal(err)
	}
}

const visible = `document.querySelectorAll(".file:not([hidden]) .finding:not([hidden])").length`

func TestFilters(t *testing.T) {
	t.Parallel()
	path := written(t, "report.html", "lint", "testdata/shop.yaml", "-o", "html")
	tab := open(t, 1400, "light", path, "")
	all := ask[int](t, tab, visible)
	of := func(word string) int {
		return ask[int](t, tab, fmt.Sprintf(`document.querySelectorAll(".finding.%s").length`, word))
	}
	expect := func(what string, want int) {
		t.Helper()
		if got := ask[int](t, tab, visible); got != want {
			t.Errorf("%s: %d findings are visible, want %d", what, got, want)
		}
		if got, want := ask[string](t, tab, `document.getElementById("shown").textContent`), fmt.Sprintf("%d of %d", want, all); got != want {
			t.Errorf("%s: the page says %q, want %q", what, got, want)
		}
	}
	do := func(actions ...chromedp.Action) {
		t.Helper()
		ctx, cancel := context.WithTimeout(tab.Context, patience)
		defer cancel()
		if err := chromedp.Run(ctx, actions...); err != nil {
			t.Fatal(err)
		}
	}
	for _, word := range []string{"error", "warning", "info", "suppressed"} {
		if of(word) == 0 {
			t.Fatalf("the fixture has nothing that is %s", word)
		}
	}
	expect("at first", all)

	do(chromedp.Click(`.tally.info`, chromedp.ByQuery))
	expect("without info", all-of("info"))
	if hash := ask[string](t, tab, "location.hash"); hash != "#hide=info" {
		t.Errorf("the address keeps %q", hash)
	}
	do(chromedp.SendKeys(`#search`, "maxmemory", chromedp.ByQuery))
	do(chrome.Until(`document.getElementById("shown").textContent.split(" ")[0] < ` + fmt.Sprint(all-of("info"))))
	if got := ask[int](t, tab, visible); got == 0 {
		t.Error("nothing has the word maxmemory")
	}
	do(chromedp.Focus(`#theme`, chromedp.ByQuery), chromedp.KeyEvent("\x1b"))
	expect("after Escape", all)

	rule := ask[string](t, tab, `document.querySelector("#rule option:nth-child(2)").value`)
	ask[any](t, tab, fmt.Sprintf(`(() => { const s = document.getElementById("rule"); s.value = %q; s.dispatchEvent(new Event("change")); return 1; })()`, rule))
	expect("one rule", ask[int](t, tab, fmt.Sprintf(`document.querySelectorAll('.finding[data-rule=%q]').length`, rule)))
	do(chromedp.Click(`#reset`, chromedp.ByQuery))
	expect("after a reset", all)

	do(chromedp.Focus(`#theme`, chromedp.ByQuery), chromedp.KeyEvent("/"))
	if id := ask[string](t, tab, "document.activeElement.id"); id != "search" {
		t.Errorf("/ goes to %q", id)
	}
	do(chromedp.Focus(`#theme`, chromedp.ByQuery), chromedp.KeyEvent("j"), chromedp.KeyEvent("j"), chromedp.KeyEvent("k"))
	if first := ask[bool](t, tab, `document.activeElement.closest(".finding") === document.querySelector(".finding")`); !first {
		t.Error("j, j and k do not end at the first finding")
	}
	do(chromedp.Click(`#theme`, chromedp.ByQuery))
	if theme := ask[string](t, tab, "document.documentElement.dataset.theme"); theme != "light" {
		t.Errorf("the button makes it %q", theme)
	}
	for _, noted := range tab.Noted() {
		t.Error(noted)
	}
}

func TestLinksLeadToFindings(t *testing.T) {
	t.Parallel()
	path := written(t, "report.html", "lint", "testdata/shop.yaml", "-o", "html")
	tab := open(t, 1400, "light", path, "hide=error,warning")
	for _, lost := range ask[[]string](t, tab, `Array.from(document.querySelectorAll("a[href^='#']")).map(a => a.getAttribute("href").slice(1)).filter(id => !document.getElementById(id))`) {
		t.Errorf("nothing is called %s", lost)
	}
	if ask[int](t, tab, `document.querySelectorAll(".finding.error:not([hidden])").length`) != 0 {
		t.Error("the address did not filter")
	}
	// A mark of a picture leads to its finding, though a filter hides it.
	ctx, cancel := context.WithTimeout(tab.Context, patience)
	defer cancel()
	if err := chromedp.Run(ctx, chromedp.Click("svg a.error .name", chromedp.ByQuery), chrome.Until(`(() => {
		const target = document.querySelector(".finding:target");
		if (!target || target.hidden || !target.open) return false;
		const at = target.getBoundingClientRect();
		return at.top >= 0 && at.top < innerHeight;
	})()`)); err != nil {
		t.Fatal(err)
	}
}

func TestLargeReport(t *testing.T) {
	t.Parallel()
	var manifests strings.Builder
	for i := range 700 {
		fmt.Fprintf(&manifests, `apiVersion: apps/v1
kind: StatefulSet
metadata: {name: redis-%d, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: redis-%[1]d}}
  template:
    metadata: {labels: {app: redis-%[1]d}}
    spec:
      containers:
      - {name: redis, image: redis, args: [--maxmemory, 1gb], resources: {limits: {memory: 1Gi}}, livenessProbe: {exec: {command: [redis-cli, ping]}, failureThreshold: 1}}
---
`, i)
	}
	file := filepath.Join(t.TempDir(), "many.yaml")
	if err := os.WriteFile(file, []byte(manifests.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	path := written(t, "report.html", "lint", file, "-o", "html")
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	tab := open(t, 1400, "light", path, "")
	all := ask[int](t, tab, visible)
	if all < 5000 {
		t.Fatalf("%d findings are too few to tell", all)
	}
	took := ask[float64](t, tab, `(() => { const s = performance.now(); document.querySelector(".tally.error").click(); document.body.offsetHeight; return performance.now() - s; })()`)
	t.Logf("%d findings, %d KiB, a filter takes %.0f ms, loaded after %.0f ms", all, info.Size()>>10, took,
		ask[float64](t, tab, `performance.getEntriesByType("navigation")[0].loadEventEnd`))
	if got := ask[int](t, tab, visible); got == 0 || got >= all {
		t.Errorf("%d of %d are left", got, all)
	}
}

func TestGraph(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"testdata/shop.yaml", "testdata/hostile.yaml", "../../fixtures/bitnami/sentinel.yaml"} {
		tab := open(t, 800, "dark", written(t, "graph.svg", "graph", file), "")
		if n := ask[int](t, tab, `document.querySelectorAll(".box").length`); n == 0 {
			t.Errorf("%s: no parts", file)
		}
		for _, wrong := range ask[[]string](t, tab, strings.ReplaceAll(misdrawn, "svg.redis ", "")) {
			t.Errorf("%s: %s", file, wrong)
		}
		for _, noted := range tab.Noted() {
			t.Errorf("%s: %s", file, noted)
		}
	}
}
