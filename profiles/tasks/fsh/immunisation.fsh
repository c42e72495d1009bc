// Doses are told apart by vaccine and number, not by date. The live vaccines against Japanese encephalitis and
// hepatitis A have inactivated alternatives with other doses: a county that uses those publishes its own version.

RuleSet: Dose(vaccine, number)
* action[=].code[+] = Vaccine#{vaccine}
* action[=].prefix = "{number}"

RuleSet: GirlsOnly
* action[=].condition.kind = #applicability
* action[=].condition.expression.language = #text/fhirpath
* action[=].condition.expression.expression = "%patient.gender = 'female'"

Instance: immunisation
InstanceOf: CountyProgramme
Usage: #definition
Title: "Immunisation (预防接种)"
* insert ProgrammeOf(immunisation, ImmunisationProgramme, [[Immunisation (预防接种)]], immunisation, 2025-11-10)
* status = #active
* experimental = true
* description = "Schedule of the national programme: edition of 2021, five doses of DTaP since 2025-01-01, HPV since 2025-11-10. The edition of 2026 is not taken in, and the national vaccine codes are not at hand. The prefix of an action is the number of the dose."
* useContext[age].valueRange.low = 0 'a'
* insert Act(hepb-1, vaccination, [[乙肝疫苗第1剂 (HepB 1)]], published)
* insert Dose(HepB, 1)
* insert Between(birth, 0, 24, h)
* insert Act(bcg-1, vaccination, [[卡介苗第1剂 (BCG 1)]], published)
* insert Dose(BCG, 1)
* insert From(birth)
* insert Act(hepb-2, vaccination, [[乙肝疫苗第2剂 (HepB 2)]], published)
* insert Dose(HepB, 2)
* insert AtAge(1, mo)
* insert Act(ipv-1, vaccination, [[脊灰灭活疫苗第1剂 (IPV 1)]], unconfirmed)
* insert Dose(IPV, 1)
* insert AtAge(2, mo)
* insert Act(dtap-1, vaccination, [[百白破疫苗第1剂 (DTaP 1)]], published)
* insert Dose(DTaP, 1)
* insert AtAge(2, mo)
* insert Act(ipv-2, vaccination, [[脊灰灭活疫苗第2剂 (IPV 2)]], unconfirmed)
* insert Dose(IPV, 2)
* insert AtAge(3, mo)
* insert Act(bopv-1, vaccination, [[脊灰减毒活疫苗第1剂 (bOPV 1)]], unconfirmed)
* insert Dose(bOPV, 1)
* insert AtAge(4, mo)
* insert Act(dtap-2, vaccination, [[百白破疫苗第2剂 (DTaP 2)]], published)
* insert Dose(DTaP, 2)
* insert AtAge(4, mo)
* insert Act(hepb-3, vaccination, [[乙肝疫苗第3剂 (HepB 3)]], published)
* insert Dose(HepB, 3)
* insert AtAge(6, mo)
* insert Act(dtap-3, vaccination, [[百白破疫苗第3剂 (DTaP 3)]], published)
* insert Dose(DTaP, 3)
* insert AtAge(6, mo)
* insert Act(mpsv-a-1, vaccination, [[A群流脑多糖疫苗第1剂 (MPSV-A 1)]], unconfirmed)
* insert Dose(MPSV-A, 1)
* insert AtAge(6, mo)
* insert Act(mmr-1, vaccination, [[麻腮风疫苗第1剂 (MMR 1)]], published)
* insert Dose(MMR, 1)
* insert AtAge(8, mo)
* insert Act(je-l-1, vaccination, [[乙脑减毒活疫苗第1剂 (JE-L 1)]], published)
* insert Dose(JE-L, 1)
* insert AtAge(8, mo)
* insert Act(mpsv-a-2, vaccination, [[A群流脑多糖疫苗第2剂 (MPSV-A 2)]], unconfirmed)
* insert Dose(MPSV-A, 2)
* insert AtAge(9, mo)
* insert Act(dtap-4, vaccination, [[百白破疫苗第4剂 (DTaP 4)]], published)
* insert Dose(DTaP, 4)
* insert AtAge(18, mo)
* insert Act(mmr-2, vaccination, [[麻腮风疫苗第2剂 (MMR 2)]], published)
* insert Dose(MMR, 2)
* insert AtAge(18, mo)
* insert Act(hepa-l-1, vaccination, [[甲肝减毒活疫苗第1剂 (HepA-L 1)]], published)
* insert Dose(HepA-L, 1)
* insert AtAge(18, mo)
* insert Act(je-l-2, vaccination, [[乙脑减毒活疫苗第2剂 (JE-L 2)]], published)
* insert Dose(JE-L, 2)
* insert AtAge(2, a)
* insert Act(mpsv-ac-1, vaccination, [[A群C群流脑多糖疫苗第1剂 (MPSV-AC 1)]], published)
* insert Dose(MPSV-AC, 1)
* insert AtAge(3, a)
* insert Act(bopv-2, vaccination, [[脊灰减毒活疫苗第2剂 (bOPV 2)]], unconfirmed)
* insert Dose(bOPV, 2)
* insert AtAge(4, a)
* insert Act(dtap-5, vaccination, [[百白破疫苗第5剂 (DTaP 5)]], published)
* insert Dose(DTaP, 5)
* insert AtAge(6, a)
* insert Act(mpsv-ac-2, vaccination, [[A群C群流脑多糖疫苗第2剂 (MPSV-AC 2)]], published)
* insert Dose(MPSV-AC, 2)
* insert AtAge(6, a)
* insert Act(hpv-1, vaccination, [[HPV疫苗第1剂 (HPV 1)]], unconfirmed)
* insert Dose(HPV, 1)
* insert GirlsOnly
* insert AtAge(13, a)
* insert Act(hpv-2, vaccination, [[HPV疫苗第2剂 (HPV 2)]], unconfirmed)
* insert Dose(HPV, 2)
* insert GirlsOnly
* insert From(previous-dose)
* insert Within(6, mo)
* insert Act(observation, assessment, [[Observe for 30 minutes after each injection (接种后留观30分钟)]], published)
* insert From(injection)
* insert Within(30, min)
