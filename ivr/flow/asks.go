package flow

// AsksOfCaller reports whether any branch goes by what is known of the caller
// beyond what the call itself tells, so that it has to be looked up.
func (f *Flow) AsksOfCaller() bool {
	for _, n := range f.src.Nodes {
		if n == nil || n.Branch == nil {
			continue
		}
		for _, c := range n.Branch.Cases {
			if w := c.When; w.Known != nil || w.OpenTicket != nil || w.CallbackDue != nil || w.CallsToday > 0 {
				return true
			}
		}
	}
	return false
}
