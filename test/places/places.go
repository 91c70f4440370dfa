// Package places makes up a city of any size for tests and benchmarks. Its codes
// begin with 9901, which is no place.
package places

import (
	"bytes"
	"encoding/csv"
	"fmt"

	"example.org/hotline/area"
)

// The size of the city that the line was first made for: counties, townships
// and villages (DOMAIN 1, D 32).
const (
	Counties  = 11
	Townships = 156
	Villages  = 4401
)

// Generate makes a city with so many counties, townships and villages, spread
// evenly, in the order of their codes. The same numbers give the same city.
func Generate(counties, townships, villages int) []area.Division {
	list := make([]area.Division, 0, 1+counties+townships+villages)
	list = append(list, area.Division{Code: "990100000000", Name: "晴川市"})
	town, village := 0, 0
	for c := range counties {
		county := fmt.Sprintf("9901%02d", c+1)
		list = append(list, area.Division{Code: area.Code(county + "000000"), Name: name(c*37) + "县"})
		for t := range share(townships, counties, c) {
			township := fmt.Sprintf("%s%03d", county, 101+t)
			list = append(list, area.Division{Code: area.Code(township + "000"), Name: name(town*17+5) + "镇"})
			for v := range share(villages, townships, town) {
				list = append(list, area.Division{Code: area.Code(fmt.Sprintf("%s%03d", township, 201+v)), Name: name(village) + "村"})
				village++
			}
			town++
		}
	}
	return list
}

// share is how many of all fall to the nth of some parts.
func share(all, parts, n int) int { return all*(n+1)/parts - all*n/parts }

// name is one of 4,900 names of two characters.
func name(n int) string {
	first := []rune("石东西南北上下大小新张李王赵刘陈杨黄周吴徐孙马朱胡林郭何高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪")
	second := []rune("桥坡河庄园岭湾沟塘屯寨堡店集营坊楼台家山泉井崖口滩洼潭溪渡港洲埠峪峰岗坪坝圩桑槐柳杏桃梅竹松柏杨枣榆桐荷莲菱茶麦谷禾稻花草木林森泽湖江海")
	return string(first[n%len(first)]) + string(second[(n/len(first)+n)%len(second)])
}

// CSV writes divisions as an import file.
func CSV(divisions []area.Division) []byte {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	_ = w.Write([]string{"code", "name", "valid_from", "valid_to", "merged_into"}) // a buffer takes all
	for _, d := range divisions {
		_ = w.Write([]string{string(d.Code), d.Name, string(d.ValidFrom), string(d.ValidTo), string(d.MergedInto)})
	}
	w.Flush()
	return out.Bytes()
}
