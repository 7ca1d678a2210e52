# Clients in messages.
package redislint.lib.clients

# subject is what names a host of Redis.
subject(client) := sprintf("%s of %s %s", [client.variable, client.object.kind, client.object.name]) if client.variable != ""

subject(client) := sprintf("an argument of %s %s", [client.object.kind, client.object.name]) if client.variable == ""
