package rail

import (
	"cmp"
	"slices"
	"strings"

	"example.org/hotline/area"
)

// Bounds of a file that a bank gives us. What lies above them is refused before
// it is understood.
const (
	MostFileBytes = 16 << 20
	MostLineBytes = 4096
	mostFaults    = 100 // told at once; a file of other making has one on every line
)

// Refused is why a file was refused: every fault with its line. Nothing of such
// a file is used, and no fault repeats what stands in it.
type Refused []area.LineFault //nolint:errname // a refusal of many faults, as area.LineFault is of one

// Error lists the faults, one a line.
func (r Refused) Error() string {
	lines := make([]string, len(r))
	for i, f := range r {
		lines[i] = f.Error()
	}
	return strings.Join(lines, "\n")
}

// Faults gathers what is wrong with a file. The zero value is ready.
type Faults struct {
	list []area.LineFault
	more bool
}

// Add notes a fault of a line (0: of the whole file) and one of its fields.
func (f *Faults) Add(line int, column, code string, args map[string]any) {
	if len(f.list) == mostFaults {
		if !f.more {
			f.more = true
			f.list = append(f.list, newFault(0, "", "more_faults", map[string]any{"most": mostFaults}))
		}
		return
	}
	if !f.more {
		f.list = append(f.list, newFault(line, column, code, args))
	}
}

// Any reports whether there is a fault.
func (f *Faults) Any() bool { return len(f.list) > 0 }

// Full reports that no further fault will be told, so that a reader may stop.
func (f *Faults) Full() bool { return f.more }

// Err is Refused with all faults in the order of the file, nil without any.
func (f *Faults) Err() error {
	if len(f.list) == 0 {
		return nil
	}
	slices.SortStableFunc(f.list, func(a, b area.LineFault) int { return cmp.Compare(a.Line, b.Line) })
	return Refused(f.list)
}

// newFault fills in the words of a code. One without words is a mistake of ours,
// and a test looks for it.
func newFault(line int, column, code string, args map[string]any) area.LineFault {
	w := faultWords[code]
	return area.NewLineFault(line, column, code, w.what, w.remedy, args)
}

const askBank = "Nothing of the file was used. Fetch it again; if it stays so, ask the bank for a new one."

// faultWords are the words of every fault a bank's file can have.
var faultWords = map[string]struct{ what, remedy string }{
	"more_faults":     {"There are more than {most} faults.", "Correct these first; a file of another bank or another kind has a fault on every line."},
	"file_unread":     {"It could not be read to its end.", askBank},
	"file_empty":      {"There is nothing in it.", askBank},
	"file_too_large":  {"It holds more than {most} bytes.", "A file of so many payouts was never sent. " + askBank},
	"too_many_lines":  {"It holds more than {most} lines.", "A file of so many payouts was never sent. " + askBank},
	"file_truncated":  {"It ends in the middle of a line.", askBank},
	"line_too_long":   {"The line is longer than {most} bytes.", askBank},
	"line_end":        {"A line end stands where none belongs, or is of another kind.", "Do not open and save the file in an editor. " + askBank},
	"line_length":     {"The line has {got} bytes, the layout wants {want}.", "Look whether the layout is this bank's, then: " + askBank},
	"cell_count":      {"The line has {got} fields, the layout wants {want}.", "Look whether the layout is this bank's, then: " + askBank},
	"text_encoding":   {"It holds bytes that stand for no character in the layout's encoding.", "Look whether the layout names the right encoding, then: " + askBank},
	"cell_not_plain":  {"It holds a character that cannot be shown, such as NUL or a tab.", askBank},
	"cell_formula":    {"It begins like a formula of a spreadsheet.", askBank},
	"cell_blank":      {"Blanks stand where none belong.", "Look whether the layout is this bank's, then: " + askBank},
	"cell_too_long":   {"It is too long; at most {most} may stand there.", askBank},
	"cell_empty":      {"It is empty.", askBank},
	"cell_constant":   {"It is not what the layout says must stand there.", "Look whether the layout is this bank's, then: " + askBank},
	"number_form":     {"It is no whole number.", askBank},
	"amount_form":     {"It is no amount of yuan and whole fen.", askBank},
	"amount_range":    {"The amount is zero, or larger than any payout.", askBank},
	"currency":        {"The currency is not CNY.", askBank},
	"date_form":       {"It is no date in the form agreed.", askBank},
	"word_unknown":    {"The layout does not know this word.", "Enter the bank's word under results or id_types of its layout, after the bank has said what it means."},
	"reference_form":  {"It is no reference of ours.", askBank},
	"reference_twice": {"The reference stood already on line {first}.", "Nothing of the file was used. Ask the bank which of the two lines holds."},
	"seq_order":       {"The lines are not numbered 1, 2, 3 ….", askBank},
	"contradiction":   {"The line says why the payout failed, and that it did not fail.", "Nothing of the file was used. Ask the bank which of the two holds."},
	"no_control":      {"The first or last line that counts and sums the others is missing.", askBank},
	"count_differs":   {"It counts {says}, the lines are {are}.", askBank},
	"sum_differs":     {"The sum differs from that of the lines.", "Not one fen may differ. " + askBank},
	"other_batch":     {"It answers another batch.", "Load it where that batch is."},
	"other_unit":      {"It is for another unit, or of another bank.", "Nothing of the file was used. Tell the bank that you were given it."},
	"other_account":   {"It is a statement of another account.", "Nothing of the file was used. Tell the bank that you were given it."},
	"not_in_batch":    {"No payout of the batch has this reference.", "Nothing of the file was used. Ask the bank; money may have gone where none was sent."},
	"amount_differs":  {"The amount is not that which was sent.", "Nothing of the file was used. Ask the bank at once."},
	"seq_differs":     {"The number in the batch is not that of this payout.", "Nothing of the file was used. Ask the bank which of the two it means."},
	"payee_differs":   {"Account or name is not that which was sent.", "Nothing of the file was used. Ask the bank at once."},
	"batch_differs":   {"The bank counts or sums the batch otherwise than it was sent.", "Nothing of the file was used. Ask the bank at once."},
	"group_differs":   {"The whole batch is refused, and yet this payout is not.", "Nothing of the file was used. Ask the bank which of the two holds."},
	"xml_broken":      {"It is not well-formed XML.", askBank},
	"xml_encoding":    {"It is not in UTF-8.", "Ask the bank for UTF-8, as the standard wants."},
	"xml_dtd":         {"It declares a document type or an instruction, which no such message does.", "Do not use this file; tell the bank. Such declarations are used for attacks."},
	"xml_deep":        {"Its elements lie deeper in each other than any such message's.", "Do not use this file; tell the bank."},
	"xml_many":        {"It has more elements than any such message of ours.", "Do not use this file; tell the bank."},
	"xml_other":       {"It is another message, or another version of it.", "Ask the bank for {want}."},
	"xml_unknown":     {"The standard knows no such element here.", "Ask the bank for {want}."},
	"xml_missing":     {"The element is missing.", askBank},
	"xml_twice":       {"The element stands there more often than it may.", askBank},
	"xml_order":       {"The element stands in the wrong place.", askBank},
	"xml_text":        {"Text stands where only elements belong, or the reverse.", askBank},
	"status_unknown":  {"It is none of the words that the standard or the bank knows here.", "Nothing of the file was used. Ask the bank what it means."},
	"pages":           {"It is one page of several.", "Ask the bank for the statement in one file."},
	"not_booked":      {"The entry is not booked.", "A statement holds booked entries only. " + askBank},
	"balance_missing": {"It has not exactly one opening and one closing balance.", askBank},
	"balance_differs": {"The closing balance is not the opening balance and the entries.", "Not one fen may differ. " + askBank},
	"parts_differ":    {"The parts of the entry do not add up to it.", askBank},
}
