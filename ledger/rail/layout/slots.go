package layout

import (
	"maps"
	"slices"

	"example.org/hotline/area"
	"example.org/hotline/ledger/rail"
)

// slots are what may stand in a record, by the name that a layout uses: each
// gives the place of its value. The type of the place says how it is written:
// int64 is an amount in fen, int a number, area.Date a day, rail.Status the
// bank's word for it, and so on.
type slots[T any] map[string]func(*T) any

func (s slots[T]) names() []string { return slices.Sorted(maps.Keys(s)) }

// control is what the first and the last line say of the file.
type control struct {
	batch, unit, unitName, agentBank string
	debit                            rail.Private
	date                             area.Date
	count                            int
	sum                              int64
	succeeded, failed                int
	succeededSum, failedSum          int64
}

var batchControl = slots[control]{
	"batch":         func(c *control) any { return &c.batch },
	"unit":          func(c *control) any { return &c.unit },
	"unit_name":     func(c *control) any { return &c.unitName },
	"agent_bank":    func(c *control) any { return &c.agentBank },
	"debit_account": func(c *control) any { return &c.debit },
	"date":          func(c *control) any { return &c.date },
	"count":         func(c *control) any { return &c.count },
	"sum":           func(c *control) any { return &c.sum },
}

var returnControl = slots[control]{
	"batch":           func(c *control) any { return &c.batch },
	"unit":            func(c *control) any { return &c.unit },
	"date":            func(c *control) any { return &c.date },
	"count":           func(c *control) any { return &c.count },
	"sum":             func(c *control) any { return &c.sum },
	"succeeded_count": func(c *control) any { return &c.succeeded },
	"succeeded_sum":   func(c *control) any { return &c.succeededSum },
	"failed_count":    func(c *control) any { return &c.failed },
	"failed_sum":      func(c *control) any { return &c.failedSum },
}

var batchLine = slots[rail.Item]{
	"seq":       func(i *rail.Item) any { return &i.Seq },
	"reference": func(i *rail.Item) any { return &i.Reference },
	"account":   func(i *rail.Item) any { return &i.Account },
	"holder":    func(i *rail.Item) any { return &i.Holder },
	"bank":      func(i *rail.Item) any { return &i.Bank },
	"id_type":   func(i *rail.Item) any { return &i.IDType },
	"id_number": func(i *rail.Item) any { return &i.IDNumber },
	"amount":    func(i *rail.Item) any { return &i.Fen },
	"memo":      func(i *rail.Item) any { return &i.Memo },
}

var returnLine = slots[rail.ReturnItem]{
	"seq":       func(i *rail.ReturnItem) any { return &i.Seq },
	"reference": func(i *rail.ReturnItem) any { return &i.Reference },
	"account":   func(i *rail.ReturnItem) any { return &i.Account },
	"holder":    func(i *rail.ReturnItem) any { return &i.Holder },
	"amount":    func(i *rail.ReturnItem) any { return &i.Fen },
	"result":    func(i *rail.ReturnItem) any { return &i.Status },
	"code":      func(i *rail.ReturnItem) any { return &i.Code },
	"text":      func(i *rail.ReturnItem) any { return &i.Text },
}

// mayBeEmpty lists the fields that a line may leave empty.
var mayBeEmpty = []string{blank, "bank", "id_type", "id_number", "code", "text"}

// needed is what a shape must have, or a file could not be held to what it says.
var (
	neededInControl    = []string{"batch", "count", "sum"}
	neededInBatchLine  = []string{"seq", "reference", "account", "holder", "amount"}
	neededInReturnLine = []string{"reference", "amount", "result"}
)
