# The documents of the input: conftest gives one or, with --combine, all of them.
package documents

all := [entry.contents | some entry in input; is_object(entry.contents)] if is_array(input)

else := [input] if is_object(input)

else := []

namespace(document) := object.get(document, ["metadata", "namespace"], "default")

# by[kind][namespace][name] is a document; of two with the same name the later wins.
by := object.union_n([{document.kind: {namespace(document): {document.metadata.name: document}}} |
	some document in all
])

# What is never in the input of a single document must not be searched for in it.
combined if is_array(input)

id(document) := sprintf("%s %s/%s", [document.kind, namespace(document), document.metadata.name])
