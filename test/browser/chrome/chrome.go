// Package chrome opens pages in a headless Chromium and notes what they say and ask for.
package chrome

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Find returns the program, or an error that says what to install.
func Find() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("no chromium: install the package chromium")
}

// Redislint builds the command into a folder and returns its path.
func Redislint(ctx context.Context, folder string) (string, error) {
	program := filepath.Join(folder, "redislint")
	root, err := exec.CommandContext(ctx, "git", "rev-parse", "--show-toplevel").Output()
	if err != nil {
		return "", fmt.Errorf("find the repository: %w", err)
	}
	build := exec.CommandContext(ctx, "go", "build", "-o", program, "./cmd/redislint")
	build.Dir = strings.TrimSpace(string(root))
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build redislint: %w\n%s", err, out)
	}
	return program, nil
}

// Open starts a browser that ends with close.
func Open(parent context.Context) (ctx context.Context, close func(), err error) {
	program, err := Find()
	if err != nil {
		return nil, nil, err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program),
		chromedp.Flag("hide-scrollbars", false), chromedp.WSURLReadTimeout(time.Minute))
	if os.Geteuid() == 0 { // its sandbox does not work for root
		options = append(options, chromedp.NoSandbox)
	}
	allocator, end := chromedp.NewExecAllocator(parent, options...)
	ctx, cancel := chromedp.NewContext(allocator)
	if err := chromedp.Run(ctx); err != nil {
		cancel()
		end()
		return nil, nil, fmt.Errorf("start %s: %w", program, err)
	}
	return ctx, func() { cancel(); end() }, nil
}

// Tab is one page, and what it said and asked for since it was made.
type Tab struct {
	Context context.Context
	Close   func()

	scheme string // dark or light
	mu     sync.Mutex
	noted  []string
}

// patience is how long a tab may be open: a page that hangs is an error.
const patience = 2 * time.Minute

// NewTab opens an empty page of a size, dark or light.
func NewTab(browser context.Context, width, height int64, scheme string) (*Tab, error) {
	page, end := chromedp.NewContext(browser)
	ctx, stop := context.WithTimeout(page, patience)
	cancel := func() { stop(); end() }
	tab := &Tab{Context: ctx, Close: cancel, scheme: scheme}
	chromedp.ListenTarget(ctx, tab.listen)
	err := chromedp.Run(ctx, network.Enable(), log.Enable(),
		chromedp.EmulateViewport(width, height))
	if err != nil {
		cancel()
		return nil, fmt.Errorf("open a page: %w", err)
	}
	return tab, nil
}

func (t *Tab) listen(event any) {
	note := ""
	switch event := event.(type) {
	case *runtime.EventExceptionThrown:
		note = "exception: " + event.ExceptionDetails.Error()
	case *runtime.EventConsoleAPICalled:
		note = "console: " + string(event.Type)
	case *log.EventEntryAdded:
		note = "log: " + event.Entry.Text
	case *page.EventJavascriptDialogOpening:
		note = "dialog: " + event.Message
	case *network.EventRequestWillBeSent:
		if url := event.Request.URL; event.Type != network.ResourceTypeDocument && !strings.HasPrefix(url, "data:") {
			note = "request: " + url
		}
	}
	if note != "" {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.noted = append(t.noted, note)
	}
}

// Noted is what the page said or asked for: nothing, for one that is well.
func (t *Tab) Noted() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]string(nil), t.noted...)
}

// Load opens a file, with what follows a # in its address.
func (t *Tab) Load(path, fragment string) error {
	address := "file://" + path
	if fragment != "" {
		address += "#" + fragment
	}
	return chromedp.Run(t.Context, chromedp.Navigate("about:blank"),
		emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: t.scheme}}),
		chromedp.Navigate(address))
}

// Until waits for an expression of the page to become true. It does not wait for frames, which hidden pages do not draw.
func Until(expression string) chromedp.Action {
	return chromedp.Poll(expression, nil, chromedp.WithPollingInterval(20*time.Millisecond))
}

// Ask evaluates an expression of the page into the value.
func (t *Tab) Ask(expression string, value any) error {
	if err := chromedp.Run(t.Context, chromedp.Evaluate(expression, value)); err != nil {
		return fmt.Errorf("%s: %w", expression, err)
	}
	return nil
}
