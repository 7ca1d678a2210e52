// Package manifest reads YAML and JSON into Kubernetes objects whose every node knows its line and column.
// It knows nothing of Redis.
//
// Values are those kubectl would send: what sigs.k8s.io/yaml makes of a document. Input is taken to be hostile: bytes,
// nesting, alias expansion and the number of documents are bounded, and whatever could not be read is an Error of the
// Set, never silence.
package manifest

// Input is one thing to read: a file's name as shown to the user, and its bytes, which must not change afterwards: objects
// refer to them.
type Input struct {
	Name string
	Data []byte
}

// Options bounds what is read. A zero limit means its default.
type Options struct {
	MaxDocumentBytes int   // of one YAML or JSON document; 3 MiB
	MaxDepth         int   // of maps and sequences within each other; 64
	MaxDocuments     int   // of all inputs together; 1,000,000
	MaxFileBytes     int64 // of one file; 256 MiB, at most 2 GiB
	MaxTotalBytes    int64 // of all files together; 1 GiB

	// Sign reports whether the raw text of a document may concern the caller. Nil: every document is decoded.
	// A document without the sign stays dormant: kept as text, decoded only by Set.Wake.
	// Sign is called from several goroutines; raw is valid only during the call.
	Sign func(raw []byte) bool

	// Skip, where set, reports whether a file or folder is left out that is met while a folder is walked. The path is as
	// it is opened, cleaned.
	Skip func(path string) bool
	// Text, where set, returns what stands for the file at a path, if anything does: what an editor holds and has not saved.
	// It is called from several goroutines.
	Text func(path string) ([]byte, bool)
	// Inputs are read after the files, as files of their names.
	Inputs []Input
	// StdinName is shown for what was read from standard input; "" is Stdin.
	StdinName string
}

// DefaultOptions returns the limits that suit a person's repository.
func DefaultOptions() Options {
	return Options{
		MaxDocumentBytes: 3 << 20,
		MaxDepth:         64,
		MaxDocuments:     1_000_000,
		MaxFileBytes:     256 << 20,
		MaxTotalBytes:    1 << 30,
	}
}

// maxFileBytes keeps offsets in a file within 32 bits.
const maxFileBytes = 2 << 30

func (o Options) withDefaults() Options {
	d := DefaultOptions()
	if o.MaxDocumentBytes <= 0 {
		o.MaxDocumentBytes = d.MaxDocumentBytes
	}
	if o.MaxDepth <= 0 {
		o.MaxDepth = d.MaxDepth
	}
	if o.MaxDocuments <= 0 {
		o.MaxDocuments = d.MaxDocuments
	}
	if o.MaxFileBytes <= 0 {
		o.MaxFileBytes = d.MaxFileBytes
	}
	if o.MaxTotalBytes <= 0 {
		o.MaxTotalBytes = d.MaxTotalBytes
	}
	o.MaxFileBytes = min(o.MaxFileBytes, maxFileBytes)
	return o
}

// Set is everything that was read. It is not safe for use while Wake runs.
type Set struct {
	Objects []*Object // in the order of inputs, documents and List items
	Errors  []Error   // files that could not be read, then documents in order, then what Wake met
	Notices []Notice
	Gaps    []Gap // of a Set that is less than what exists
	Stats   Stats

	opts      Options
	documents []document
	byFile    map[string][]int // documents, once Read was called
}

// Stats counts what was read.
type Stats struct {
	Files     int // read, including standard input
	Documents int // with any content
	Dormant   int // documents that look like an object and were not decoded
	Unread    int // documents without the sign that do not look like an object; nobody looked closer
	Other     int // documents that were decoded and are no object
}

// Error says what could not be read, and where.
type Error struct {
	File    string
	Line    int // 1-based; 0 when the whole file is meant
	Message string
}

// Notice says what was left out on purpose.
type Notice struct {
	File    string
	Message string
}
