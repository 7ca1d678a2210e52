// Command screenshots draws the pictures of docs/images: the HTML report of a fixture as Chromium shows it, and the text of
// the same fixture as a terminal of 100 columns does.
package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/redislint/redislint/test/browser/chrome"
)

const (
	fixture = "testdata/shop.yaml"
	images  = "../../docs/images"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "screenshots:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	folder, err := os.MkdirTemp("", "redislint-screenshots-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	redislint, err := chrome.Redislint(ctx, folder)
	if err != nil {
		return err
	}
	lint := func(args ...string) ([]byte, error) {
		cmd := exec.CommandContext(ctx, redislint, append([]string{"lint", filepath.Base(fixture), "--fail-on", "never"}, args...)...)
		cmd.Dir = filepath.Dir(fixture)
		cmd.Env = append(os.Environ(), "COLUMNS=100")
		return cmd.Output()
	}
	text, err := lint("--color", "always")
	if err != nil {
		return fmt.Errorf("lint %s: %w", fixture, err)
	}
	if err := os.MkdirAll(images, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(images, "terminal.svg"), terminal("redislint lint shop.yaml", text), 0o644); err != nil {
		return err
	}
	page, err := lint("-o", "html")
	if err != nil {
		return fmt.Errorf("lint %s: %w", fixture, err)
	}
	file := filepath.Join(folder, "report.html")
	if err := os.WriteFile(file, page, 0o600); err != nil {
		return err
	}
	shot, err := shoot(ctx, file)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(images, "report.png"), shot, 0o644)
}

func shoot(parent context.Context, file string) ([]byte, error) {
	browser, end, err := chrome.Open(parent)
	if err != nil {
		return nil, err
	}
	defer end()
	tab, err := chrome.NewTab(browser, 1280, 980, "light")
	if err != nil {
		return nil, err
	}
	defer tab.Close()
	if err := tab.Load(file, ""); err != nil {
		return nil, err
	}
	var shot []byte
	if err := chromedp.Run(tab.Context, emulation.SetScrollbarsHidden(true), chromedp.CaptureScreenshot(&shot)); err != nil {
		return nil, fmt.Errorf("take the picture: %w", err)
	}
	return small(shot)
}

// small writes a picture in its 256 most frequent colours.
func small(shot []byte) ([]byte, error) {
	decoded, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		return nil, fmt.Errorf("read the picture: %w", err)
	}
	counts := map[color.RGBA]int{}
	bounds := decoded.Bounds()
	at := func(x, y int) color.RGBA { return color.RGBAModel.Convert(decoded.At(x, y)).(color.RGBA) }
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			counts[at(x, y)]++
		}
	}
	colors := make([]color.RGBA, 0, len(counts))
	for c := range counts {
		colors = append(colors, c)
	}
	slices.SortFunc(colors, func(a, b color.RGBA) int {
		if n := counts[b] - counts[a]; n != 0 {
			return n
		}
		return int(a.R)<<16 + int(a.G)<<8 + int(a.B) - int(b.R)<<16 - int(b.G)<<8 - int(b.B)
	})
	var palette color.Palette
	for _, c := range colors[:min(len(colors), 256)] {
		palette = append(palette, c)
	}
	nearest := map[color.RGBA]uint8{}
	for _, c := range colors {
		nearest[c] = uint8(palette.Index(c))
	}
	out := image.NewPaletted(bounds, palette)
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			out.SetColorIndex(x, y, nearest[at(x, y)])
		}
	}
	var written bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&written, out); err != nil {
		return nil, fmt.Errorf("write the picture: %w", err)
	}
	return written.Bytes(), nil
}
