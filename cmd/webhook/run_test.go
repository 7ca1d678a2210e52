package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestFlags(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		args []string
		code int
		says string // on standard error, or output when it ends well
	}{
		"help":                   {[]string{"--help"}, exitEnded, "--webhook-port"},
		"an unknown flag":        {[]string{"--prot=1"}, exitUsage, "unknown flag: --prot"},
		"an argument":            {[]string{"serve"}, exitUsage, `unknown command "serve"`},
		"no owner":               {[]string{"--namespace=a"}, exitUsage, "--self-signed-certs or --cert-dir"},
		"two owners":             {[]string{"--namespace=a", "--self-signed-certs", "--cert-dir=/certs"}, exitUsage, "--self-signed-certs or --cert-dir"},
		"a port that is none":    {[]string{"--namespace=a", "--cert-dir=/certs", "--webhook-port=65536"}, exitUsage, "--webhook-port 65536"},
		"a level that is none":   {[]string{"--namespace=a", "--cert-dir=/certs", "--log-level=loud"}, exitUsage, "--log-level loud"},
		"room for no body":       {[]string{"--namespace=a", "--cert-dir=/certs", "--max-in-flight-bytes=1"}, exitUsage, "--max-in-flight-bytes 1"},
		"two faults at a time":   {[]string{"--namespace=a", "--cert-dir=/certs", "--drain-tail=-1s", "--max-waiting=-1"}, exitUsage, "--max-waiting -1 is negative\n--drain-tail -1s"},
		"audits in haste":        {[]string{"--namespace=a", "--cert-dir=/certs", "--audit-interval=1ms"}, exitUsage, "--audit-interval 1ms"},
		"reports of no audit":    {[]string{"--namespace=a", "--cert-dir=/certs", "--audit-reports"}, exitUsage, "need an --audit-interval"},
		"a cluster that is none": {[]string{"--namespace=a", "--cert-dir=/certs", "--kubeconfig=/does/not/exist"}, exitFailure, "find the cluster"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			if code := run(t.Context(), test.args, &stdout, &stderr); code != test.code {
				t.Errorf("exit code %d, want %d", code, test.code)
			}
			said := stderr.String()
			if test.code == exitEnded {
				said = stdout.String()
			}
			if !strings.Contains(said, test.says) {
				t.Errorf("%q does not say %q", said, test.says)
			}
		})
	}
}

// TestStartBeforeTheAPIServer starts the webhook where no API server is, and no certificate yet. It waits, and says for what.
func TestStartBeforeTheAPIServer(t *testing.T) {
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	apiServer := nobody.Addr().String()
	nobody.Close()
	folder := t.TempDir()
	kubeconfig := filepath.Join(folder, "kubeconfig")
	write(t, kubeconfig, `{"apiVersion":"v1","kind":"Config","current-context":"c","contexts":[{"name":"c","context":{"cluster":"c"}}],
		"clusters":[{"name":"c","cluster":{"server":"http://`+apiServer+`"}}]}`)

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	read, written := io.Pipe()
	code := make(chan int, 1)
	go func() {
		code <- run(ctx, []string{
			"--kubeconfig", kubeconfig, "--namespace=redislint-system", "--cert-dir", folder, "--webhook-host=127.0.0.1", "--webhook-port=0",
			"--metrics-bind-address=127.0.0.1:0", "--health-probe-bind-address=127.0.0.1:0", "--drain-lag=0s", "--drain-tail=0s",
		}, io.Discard, written)
		written.Close()
	}()
	address := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(read)
		for lines.Scan() {
			var line struct{ Msg, Address string }
			if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "answering probes" {
				address <- line.Address
			}
		}
		_, _ = io.Copy(io.Discard, read)
		close(address)
	}()
	probes := "http://" + <-address

	want := "[-] caches: not synced yet\n[+] policies: loaded …\n[-] certificate: no certificate: …\n[-] server: not listening\n"
	var got string
	for deadline := time.Now().Add(time.Minute); got != want && time.Now().Before(deadline); {
		status, text := get(t, probes+"/readyz")
		if status != http.StatusServiceUnavailable {
			t.Fatalf("ready: %s", text)
		}
		got = ""
		for line := range strings.Lines(text) {
			for _, start := range []string{"[+] policies: loaded ", "[-] certificate: no certificate: "} {
				if strings.HasPrefix(line, start) {
					line = start + "…\n"
				}
			}
			got += line
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("/readyz (-want +got):\n%s", diff)
	}
	if status, text := get(t, probes+"/healthz"); status != http.StatusOK {
		t.Errorf("not alive: %s", text)
	}
	if status, _ := get(t, probes+"/debug"); status != http.StatusNotFound {
		t.Errorf("/debug: %d", status)
	}
	cancel()
	if code := <-code; code != exitEnded {
		t.Errorf("exit code %d", code)
	}
}

func get(t *testing.T, url string) (status int, text string) {
	t.Helper()
	reply, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	body, err := io.ReadAll(reply.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply.StatusCode, string(body)
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
