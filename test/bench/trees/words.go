package trees

var (
	regions  = []string{"eu-central", "eu-west", "us-east", "us-west", "ap-south"}
	teams    = []string{"checkout", "catalog", "search", "identity", "billing", "shipping", "media", "platform", "insights", "support"}
	purposes = []string{"sessions", "carts", "prices", "tokens", "jobs", "limits", "feeds", "drafts", "quotes", "profiles", "stock", "offers"}

	words = []string{
		"account", "address", "archive", "basket", "batch", "bucket", "budget", "campaign", "carrier", "category", "channel", "claim", "column",
		"contract", "coupon", "customer", "delivery", "discount", "document", "domain", "draft", "event", "export", "filter", "folder", "gateway",
		"group", "handler", "history", "import", "index", "invoice", "item", "journal", "label", "ledger", "limit", "locale", "margin", "market",
		"message", "metric", "notice", "offer", "order", "package", "parcel", "partner", "payment", "policy", "price", "product", "profile", "quota",
		"record", "refund", "region", "report", "request", "result", "return", "review", "route", "sample", "schedule", "schema", "segment", "service",
		"shipment", "source", "status", "stock", "supplier", "target", "tariff", "tenant", "ticket", "token", "transfer", "upload", "vendor", "voucher",
	}

	// manual holds lines of a commented configuration, written for this package.
	manual = []string{
		"A value of zero turns the limit off. Units may be written as 1k, 5gb or 4m and",
		"are not case sensitive: 1gb and 1GB are the same number of bytes.",
		"The server reads the file once, when it starts. A later line wins over an earlier",
		"one, and an included file is read where the include stands.",
		"Clients that do not read fast enough are disconnected when their buffer has been",
		"over the soft limit for longer than the given seconds, or over the hard limit at all.",
		"Saving forks the process. The child writes the data set while the parent goes on",
		"serving, and each page that is written meanwhile exists twice.",
		"When the memory limit is reached keys are removed by the policy below; without one",
		"every command that needs more memory is answered with an error.",
		"A replica that loses its primary tries again forever. Until it has one it may go on",
		"answering with the data it has, or refuse, as the next setting says.",
		"The append-only file is rewritten in the background once it has grown by the given",
		"percentage since the last rewrite and is larger than the given size.",
		"Syncing on every write is slow and safe, never syncing leaves it to the kernel, and",
		"every second is the compromise that most installations choose.",
		"A node of a cluster that cannot reach the majority of the primaries stops accepting",
		"writes after the timeout, so that nobody writes to both sides of a split.",
		"The bus port is the client port plus 10000 unless it is set. Every node must reach",
		"every other node on both of them.",
		"Behind address translation the announced address and ports have to be set by hand;",
		"the ones that a node sees itself are of no use to the others.",
		"Commands slower than this many microseconds are remembered. The log lives in memory",
		"and costs nothing but the memory of its entries.",
		"Small hashes, lists, sets and sorted sets are stored in a compact form until they",
		"have more entries, or a longer one, than these limits.",
		"Active rehashing uses one millisecond of every hundred to move the main dictionary,",
		"so that idle servers give memory back too.",
		"Notifications for events in the key space cost a little CPU and are off by default.",
		"    notify-keyspace-events Elg",
		"    client-output-buffer-limit replica 256mb 64mb 60",
		"    rename-command CONFIG b840fc02d524045429941cc15f59e41cb7be6c52",
		"Threads for input and output help when the machine has four cores or more and the",
		"server is limited by the network; leave one core to the kernel.",
		"Passwords are checked very fast, so an attacker can try many in a second: use one",
		"that cannot be guessed, best a generated one.",
	}
)
