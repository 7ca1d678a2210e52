# Settings of charts and operators in messages.
package redislint.lib.settings

# without_effect says why a setting is lost, and what to set.
without_effect(setting) := sprintf("%s has no effect: %s%s", [setting.key, setting.reason, set(setting.instead)])

# set is the end of a message: what to set, when there is anything.
set("") := ""

set(key) := sprintf("; set %s", [key]) if key != ""
