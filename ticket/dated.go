package ticket

// Dated is a version of rules that is in force from its day on, until the next begins.
type Dated interface {
	// Term is the version's name, its first day, and its last one where it names it.
	Term() (version string, from, until Date)
}

// InForce is the version in force on a day, of all, the oldest first: the newest whose day has come. Before the
// first day it is the first: a line that was started has one whose day had come.
func InForce[V Dated](all []V, day Date) V {
	in := all[0]
	for _, v := range all {
		if _, from, _ := v.Term(); from <= day {
			in = v
		}
	}
	return in
}
