package manifest

// Plain returns text that is neither YAML nor JSON, such as a chart's template or a redis.conf, as an object of no kind:
// its Root is a String, the text as it is. It is there to be located and shown.
func Plain(name string, text string) *Object {
	return &Object{
		File: name,
		Root: &Node{kind: String, text: text},
		source: source{
			file: &file{name: name, text: text},
			end:  uint32(len(text)), line: 1,
		},
		plain: true,
	}
}
