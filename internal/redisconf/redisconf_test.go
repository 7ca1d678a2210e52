package redisconf

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseKeepsOffsets(t *testing.T) {
	t.Parallel()
	const text = "# head\r\n  MaxMemory \"1 gb\"  \r\n\nslaveof 'a b' 6379\nrequirepass $(PASS)\n{{ if .x }}\nsave \"900\n"
	type written struct {
		Name, Text string
		Args       []string
		Dynamic    bool
		Fault      string
	}
	var got []written
	for _, d := range Parse(text, nil).Directives {
		w := written{Name: d.Name, Text: text[d.Offset:d.End], Dynamic: d.Dynamic, Fault: d.Fault}
		for _, arg := range d.Args {
			w.Args = append(w.Args, arg.Value+" "+text[arg.Offset:arg.End])
		}
		got = append(got, w)
	}
	want := []written{
		{Name: "maxmemory", Text: `MaxMemory "1 gb"`, Args: []string{`1 gb "1 gb"`}},
		{Name: "replicaof", Text: `slaveof 'a b' 6379`, Args: []string{`a b 'a b'`, "6379 6379"}},
		{Name: "requirepass", Text: "requirepass $(PASS)", Args: []string{"$(PASS) $(PASS)"}, Dynamic: true},
		{Text: "{{ if .x }}", Dynamic: true},
		{Name: "save", Text: `save "900`, Fault: "Unbalanced quotes in configuration line"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWhatIsNotKnownIsNotAProblem(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"maxmemory $(MAXMEM)", "maxmemory ${MAXMEM}", "maxmemory $MAXMEM", "maxmemory `cat /max`", "maxmemory {{ .Values.max }}",
		"maxmemory __MAXMEMORY__", "maxmemory %MAXMEMORY%", "maxmemory @MAXMEMORY@", "{{ include \"conf\" . }}",
	} {
		c := Merge(Parse(text, nil).Directives)
		if size, ok, _ := c.Size("maxmemory"); ok {
			t.Errorf("%s: maxmemory = %d", text, size)
		}
		if problems := c.Problems(); len(problems) > 0 {
			t.Errorf("%s: %+v", text, problems)
		}
	}
}

func TestHolesHideWhatCameBefore(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text string
		size int64
		ok   bool
	}{
		"a file nobody could show, then a value": {text: "include /x\nmaxmemory 1mb", size: 1 << 20, ok: true},
		"a value, then a file nobody could show": {text: "maxmemory 1mb\ninclude /x"},
		"a file nobody could show":               {text: "include /x"},
		"a template line":                        {text: "maxmemory 1mb\n{{ .Values.extra }}"},
		"no hole, no value":                      {text: "", size: 0, ok: true},
		"a value the server refuses":             {text: "maxmemory 1Gi"},
		"more than a signed number holds":        {text: "maxmemory 99999999999999999999", size: math.MaxInt64, ok: true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			size, ok, _ := Merge(Parse(tt.text, nil).Directives).Size("maxmemory")
			if size != tt.size || ok != tt.ok {
				t.Errorf("%d, %v; want %d, %v", size, ok, tt.size, tt.ok)
			}
		})
	}
}

func TestSavesUnderHoles(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text string
		want []SavePoint
		ok   bool
	}{
		"nothing said":               {text: "", want: []SavePoint{{Seconds: 3600, Changes: 1}, {Seconds: 300, Changes: 100}, {Seconds: 60, Changes: 10000}}, ok: true},
		"cleared after a hole":       {text: "include /x\nsave \"\"", ok: true},
		"cleared, then a hole":       {text: "save \"\"\ninclude /x"},
		"added after a hole":         {text: "include /x\nsave 900 1"},
		"cleared and added after it": {text: "include /x\nsave \"\"\nsave 60 1", want: []SavePoint{{Seconds: 60, Changes: 1}}, ok: true},
		"dynamic":                    {text: "save $SECONDS 1"},
		"dynamic, then cleared":      {text: "save $SECONDS 1\nsave ''", ok: true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, ok, _ := Merge(Parse(tt.text, nil).Directives).Saves()
			for i := range got {
				got[i].Directive = nil
			}
			if diff := cmp.Diff(tt.want, got); diff != "" || ok != tt.ok {
				t.Errorf("ok %v (-want +got):\n%s", ok, diff)
			}
		})
	}
}

func TestUnknownDirectivesMayBeNewer(t *testing.T) {
	t.Parallel()
	c := Merge(Parse("set-max-listpack-entries 128\nsearch.timeout 5\nmaxmemory-policy allkeys-lrm\nloglevel nothing\nmax_memory 1gb\nappendonly: yes", nil).Directives)
	var unknown, refused []string
	for _, d := range c.Unknown() {
		unknown = append(unknown, d.Name)
	}
	for _, p := range c.Problems() {
		refused = append(refused, p.Directive.Written)
	}
	if diff := cmp.Diff([]string{"set-max-listpack-entries", "search.timeout"}, unknown); diff != "" {
		t.Errorf("unknown (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"max_memory", "appendonly:"}, refused); diff != "" {
		t.Errorf("refused (-want +got):\n%s", diff)
	}
}

func TestSentinel(t *testing.T) {
	t.Parallel()
	c := Merge(Parse("port 26379\nsentinel monitor mymaster redis-0.redis 6379 2\nSENTINEL resolve-hostnames yes\nsentinel monitor other $HOST $PORT $(QUORUM)", nil).Directives)
	c.Mode = SentinelMode
	if problems := c.Problems(); len(problems) > 0 {
		t.Errorf("%+v", problems)
	}
	var got []Monitor
	for _, d := range c.All("sentinel") {
		if m, ok := ParseMonitor(d); ok {
			got = append(got, m)
		}
	}
	want := []Monitor{{Name: "mymaster", Host: "redis-0.redis", Port: 6379, Quorum: 2}, {Name: "other", Host: "$HOST", Port: -1, Quorum: -1}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if value, ok, d := c.SentinelOption("resolve-hostnames"); value != "yes" || !ok || d == nil {
		t.Errorf("resolve-hostnames %q, %v", value, ok)
	}
}

func TestSentinelProblems(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"sentinel monitor m h 6379 0":                                   "Quorum must be 1 or greater.",
		"sentinel monitor m h 6379 1\nsentinel monitor m h 6379 1":      "Duplicate master name.",
		"sentinel monitor m h 70000 1":                                  "Invalid port number",
		"sentinel monitor m h 6379":                                     "Unrecognized sentinel configuration statement.",
		"sentinel down-after-milliseconds m 5s":                         "",
		"sentinel down-after-milliseconds m s":                          "negative or zero time parameter.",
		"sentinel resolve-hostnames true":                               "Please specify yes or no for the resolve-hostnames option.",
		"sentinel myid 1":                                               "Malformed Sentinel id in myid option.",
		"sentinel known-sentinel m h 26379":                             "",
		"maxmemory 1Gi":                                                 "argument must be a memory value",
		"sentinel monitor m h 6379 1\nsentinel auth-pass m $PASS extra": "",
	}
	for text, want := range tests {
		c := Merge(Parse(text, nil).Directives)
		c.Mode = SentinelMode
		got := ""
		if problems := c.Problems(); len(problems) > 0 {
			got = problems[0].Reason
		}
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestServerOf(t *testing.T) {
	t.Parallel()
	type server struct {
		File               string
		Sentinel, Complete bool
		Stdin              bool
		Directives         []string
		Problems           int
	}
	tests := map[string]struct {
		script string
		want   *server
	}{
		"a file and options":       {script: "redis-server /x.conf --port 1 --save '' --appendonly no", want: &server{File: "/x.conf", Complete: true, Directives: []string{"port 1", "save ", "appendonly no"}}},
		"an option cut short":      {script: "redis-server --save --appendonly yes", want: &server{Complete: true, Directives: []string{"save ", "appendonly yes"}}},
		"a Sentinel":               {script: "redis-server /s.conf --sentinel", want: &server{File: "/s.conf", Sentinel: true, Complete: true}},
		"a Sentinel by name":       {script: "redis-sentinel /s.conf --port 1", want: &server{File: "/s.conf", Sentinel: true, Complete: true, Directives: []string{"port 1"}}},
		"a Sentinel without file":  {script: "redis-sentinel --port 1", want: &server{Sentinel: true, Complete: true, Directives: []string{"port 1"}, Problems: 1}},
		"more words at run time":   {script: `redis-server /x.conf --port 1 "$@"`, want: &server{File: "/x.conf", Directives: []string{"port 1", " "}}},
		"unknown flags":            {script: "valkey-server $FLAGS --port 1", want: &server{Directives: []string{" ", "port 1"}}},
		"a file known at run time": {script: `redis-server "$CONF" --port "$PORT"`, want: &server{File: "$CONF", Complete: true, Directives: []string{"port $PORT"}}},
		"an address at run time":   {script: "redis-server --bind $(hostname -i) --port 1", want: &server{Complete: true, Directives: []string{"bind $(hostname -i)", "port 1"}}},
		"standard input":           {script: "redis-server - < /x.conf", want: &server{Complete: true, Stdin: true}},
		"the Bitnami start script": {script: "/opt/bitnami/scripts/redis/run.sh --maxmemory 1gb", want: &server{Directives: []string{" ", "maxmemory 1gb"}}},
		"only its version":         {script: "redis-server --version"},
		"another program":          {script: "redis-cli ping"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, ok := ServerOf(Commands(tt.script, nil)[0])
			if !ok {
				if tt.want != nil {
					t.Error("no server")
				}
				return
			}
			got := &server{Sentinel: s.Sentinel, Complete: s.Complete, Stdin: s.Stdin, Problems: len(s.Problems)}
			if s.File != nil {
				got.File = s.File.Value
			}
			for _, d := range s.Directives {
				text := d.Name + " "
				for i, arg := range d.Args {
					if i > 0 {
						text += " "
					}
					text += arg.Value
				}
				got.Directives = append(got.Directives, text)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
