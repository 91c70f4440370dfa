package configs

import (
	"fmt"
	"io/fs"
	"path"
	"strings"

	"example.org/hotline/relief/knowledge"
)

// loadKnowledge reads the articles that agents look things up in, one file a topic. No two
// files use one code.
func loadKnowledge(from fs.FS, all *faultList) *knowledge.Index {
	files, err := fs.Glob(from, "knowledge/*.yaml")
	all.keep(err)
	topics, holders := make([]knowledge.Topic, len(files)), map[string]string{}
	for i, file := range files {
		data, err := fs.ReadFile(from, file)
		if err != nil {
			all.keep(&Fault{File: file, Detail: err.Error()})
			continue
		}
		topic := &topics[i]
		l := decode(file, data, topic)
		if len(l.faults) == 0 {
			l.take(topic.Validate())
		}
		if name := strings.TrimSuffix(path.Base(file), ".yaml"); topic.Topic != "" && topic.Topic != name {
			l.at("topic", "must be the file's name without .yaml")
		}
		for j, a := range topic.Articles {
			if other := holders[a.Code]; other != "" && other != file {
				l.at(fmt.Sprintf("articles[%d].code", j), "the code stands in %s as well: give one of the two another", other)
			}
			holders[a.Code] = file
		}
		all.keep(l.err())
	}
	return knowledge.NewIndex(topics)
}
