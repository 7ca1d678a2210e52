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

	mu    sync.Mutex
	noted []string
}

// NewTab opens an empty page of a size, dark or light.
func NewTab(browser context.Context, width, height int64, scheme string) (*Tab, error) {
	ctx, cancel := chromedp.NewContext(browser)
	tab := &Tab{Context: ctx, Close: cancel}
	chromedp.ListenTarget(ctx, tab.listen)
	err := chromedp.Run(ctx, network.Enable(), log.Enable(),
		chromedp.EmulateViewport(width, height),
		emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}))
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
	return chromedp.Run(t.Context, chromedp.Navigate("about:blank"), chromedp.Navigate(address))
}

// Ask evaluates an expression of the page into the value.
func (t *Tab) Ask(expression string, value any) error {
	if err := chromedp.Run(t.Context, chromedp.Evaluate(expression, value)); err != nil {
		return fmt.Errorf("%s: %w", expression, err)
	}
	return nil
}
