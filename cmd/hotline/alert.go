package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.org/hotline/api"
	"example.org/hotline/area"
	"example.org/hotline/configs"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief/discovery"
	"example.org/hotline/store"
	"example.org/hotline/ticket"
)

// alertSenders are the systems that may tell of people over the network.
func alertSenders(list []configs.AlertConfig) (map[string]api.AlertSender, error) {
	senders := map[string]api.AlertSender{}
	for _, a := range list {
		signer, err := a.Signer()
		if err != nil {
			return nil, err
		}
		if signer != nil {
			senders[a.Sender] = api.AlertSender{Sender: a.From(), Signer: signer}
		}
	}
	return senders, nil
}

func alertCommand(config *string) *cobra.Command {
	cmd := &cobra.Command{Use: "alert", Short: "What other departments' data tells of people in need"}
	cmd.AddCommand(alertImportCommand(config))
	return cmd
}

// alertColumns are the columns of a file of alerts.
var alertColumns = []area.Column{
	{Name: "ref", Also: []string{"编号", "流水号"}, Required: true},
	{Name: "kind", Also: []string{"类型"}, Required: true},
	{Name: "name", Also: []string{"姓名"}},
	{Name: "id_number", Also: []string{"身份证号"}},
	{Name: "phone", Also: []string{"电话", "联系电话"}},
	{Name: "area", Also: []string{"区划代码"}},
	{Name: "happened_on", Also: []string{"日期", "发生日期"}},
	{Name: "yuan", Also: []string{"金额", "金额（元）"}},
	{Name: "note", Also: []string{"说明", "备注"}},
}

// spokenAlerts are the kinds as files in China name them.
var spokenAlerts = map[string]ticket.AlertKind{"大额医疗费": ticket.AlertMedicalBill, "残疾": ticket.AlertDisability, "失业": ticket.AlertUnemployment, "死亡": ticket.AlertDeath,
	"欠费": ticket.AlertArrears, "其他": ticket.AlertOther}

// alertsTaken is what a file of alerts is, or has become.
type alertsTaken struct {
	Lines   int                         `json:"lines"`
	Counts  map[ticket.AlertArrived]int `json:"counts"`
	Faults  []area.LineFault            `json:"faults"`
	Applied bool                        `json:"applied"`
}

// errLookedAt takes back what was done to find out what a file would do.
var errLookedAt = errors.New("looked at")

func alertImportCommand(config *string) *cobra.Command {
	var sender string
	var apply bool
	cmd := &cobra.Command{
		Use:   "import FILE --sender NAME",
		Short: "Take a CSV file of alerts (ref, kind, name, id_number, phone, area, happened_on, yuan, note)",
		Long: "Each line becomes a ticket, or goes onto the open ticket of perhaps the same household, as an alert over the network does. A line that\n" +
			"was taken before changes nothing. Every fault is told by line; with one, nothing is done. --sender names an entry of alerts in\n" +
			"hotline.yaml. UTF-8 or GB18030; - reads the standard input.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			raw, _, err := readImport(cmd.InOrStdin(), args[0])
			if err != nil {
				return err
			}
			cfg, err := loadConfig(*config)
			if err != nil {
				return err
			}
			from, err := alertSender(cfg, sender)
			if err != nil {
				return err
			}
			policies, err := configs.LoadPolicies(cfg.Policy.Dir)
			if err != nil {
				return err
			}
			db, err := openStore(cfg, newLogger(cfg.Log))
			if err != nil {
				return err
			}
			defer db.Close() //nolint:errcheck // the process ends here
			taken, err := takeAlerts(cmd.Context(), db, policies, cfg, from, raw, apply)
			if err != nil {
				return err
			}
			return taken.tell(cmd.OutOrStdout())
		},
	}
	cmd.Flags().StringVar(&sender, "sender", "", "whose file it is: the name of an entry of alerts in hotline.yaml")
	cmd.Flags().BoolVar(&apply, "apply", false, "carry it out; without it nothing is changed")
	return cmd
}

func alertSender(cfg configs.Config, name string) (discovery.Sender, error) {
	for _, a := range cfg.Alerts {
		if a.Sender == name {
			return a.From(), nil
		}
	}
	return discovery.Sender{}, fmt.Errorf("hotline.yaml has no sender %q under alerts: name one with --sender, or add it", name)
}

// takeAlerts takes a file whole or not at all. It is looked at by taking it and taking that back.
func takeAlerts(ctx context.Context, db *store.DB, p *configs.Policies, cfg configs.Config, from discovery.Sender, raw []byte, apply bool) (alertsTaken, error) {
	ladder, err := p.Pick(cfg.Policy, ticket.DateOf(time.Now()))
	if err != nil {
		return alertsTaken{}, err
	}
	birth := ticket.ReportRules{Policy: ladder.Version, Terms: ladder.Terms(), Holds: ladder.Holds(), Calendar: p.Calendar}
	sheet := area.ReadSheet(bytes.TrimSpace(raw), alertColumns)
	taken := alertsTaken{Lines: len(sheet.Lines), Counts: map[ticket.AlertArrived]int{}, Faults: sheet.Faults}
	err = db.InTx(ctx, act.SystemAlerts, func(tx *store.Tx) error {
		rules := p.Discovery.On(ticket.DateOf(tx.Now())).Alerts
		for _, line := range sheet.Lines {
			in, err := alertOf(line)
			var arrived ticket.AlertArrived
			if err == nil {
				arrived, _, err = discovery.Take(ctx, tx, from, in, rules, birth)
			}
			if fault, wrong := errors.AsType[*act.Fault](err); wrong {
				taken.Faults = append(taken.Faults, area.LineFault{Line: line.Number, Column: fault.Field, Code: fault.Code, What: "It cannot be taken.", Remedy: fault.Detail})
				continue
			}
			if err != nil {
				return err
			}
			taken.Counts[arrived]++
		}
		if taken.Applied = apply && len(taken.Faults) == 0; !taken.Applied {
			return errLookedAt
		}
		return nil
	})
	if errors.Is(err, errLookedAt) {
		err = nil
	}
	return taken, err
}

// alertOf is a line as a sender would tell it.
func alertOf(line area.Line) (discovery.AlertInput, error) {
	in := discovery.AlertInput{Ref: line.Cell("ref"), Kind: line.Cell("kind"), Area: line.Cell("area"), Name: line.Cell("name"), Identity: line.Cell("id_number"), Phone: line.Cell("phone"),
		Happened: line.Cell("happened_on"), Note: line.Cell("note")}
	if kind, spoken := spokenAlerts[in.Kind]; spoken {
		in.Kind = string(kind)
	}
	var err error
	in.Fen, err = fenOf(line.Cell("yuan"))
	return in, err
}

// fenOf reads a sum in yuan with at most two decimals, to the fen.
func fenOf(yuan string) (int64, error) {
	if yuan == "" {
		return 0, nil
	}
	whole, part, _ := strings.Cut(strings.ReplaceAll(yuan, ",", ""), ".")
	n, err := strconv.ParseInt(whole+(part + "00")[:2], 10, 64)
	if err != nil || len(part) > 2 || n < 0 || n > math.MaxInt64/100 {
		return 0, act.Invalid("yuan", "out_of_range", "Write the sum in yuan, such as 52000 or 52000.50.")
	}
	return n, nil
}

func (a alertsTaken) tell(w io.Writer) error {
	what := fmt.Sprintf("%d lines: %d new, %d onto an open ticket, %d taken before", a.Lines, a.Counts[ticket.AlertNew], a.Counts[ticket.AlertJoined], a.Counts[ticket.AlertAgain])
	err := tellImport(w, a.Faults, what, len(a.Faults), a.Applied, "Applied. The tickets have their owners and clocks.")
	if err == nil && len(a.Faults) > 0 {
		err = &exitError{why: "the file has faults"}
	}
	return err
}
