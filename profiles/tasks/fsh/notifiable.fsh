// The deadlines follow the rules on reporting: two hours for class A and what is managed as class A, 24 hours for
// the others. The list and its ICD-10 codes are not confirmed against the published law: a county checks it before use.

RuleSet: Disease(code, display, zh, class, hours)
* insert C({code}, [[{display}]], [[{zh}]], [[{display}.]])
* #{code} ^property[0].code = #class
* #{code} ^property[0].valueCode = #{class}
* #{code} ^property[1].code = #hours
* #{code} ^property[1].valueInteger = {hours}

CodeSystem: NotifiableDisease
Id: notifiable-disease
Title: "Notifiable disease (法定传染病)"
Description: "Diseases that are reported to the disease-control centre: ICD-10 categories, each standing for what is below it, with the class of the law and the hours until the report. Not confirmed against the published list: draft."
* insert Codes
* insert Experimental
* ^property[0].code = #class
* ^property[0].description = "Class of the law: notifiable-class"
* ^property[0].type = #code
* ^property[1].code = #hours
* ^property[1].description = "Hours from the diagnosis to the report"
* ^property[1].type = #integer
* insert Disease(A00, [[Cholera]], [[霍乱]], a, 2)
* insert Disease(A01, [[Typhoid and paratyphoid fever]], [[伤寒和副伤寒]], b, 24)
* insert Disease(A03, [[Shigellosis]], [[细菌性痢疾]], b, 24)
* insert Disease(A06, [[Amoebiasis]], [[阿米巴性痢疾]], b, 24)
* insert Disease(A09, [[Other infectious diarrhoea]], [[其他感染性腹泻病]], c, 24)
* insert Disease(A15, [[Tuberculosis of the lung, confirmed]], [[肺结核(病原学阳性)]], b, 24)
* insert Disease(A16, [[Tuberculosis of the lung]], [[肺结核]], b, 24)
* insert Disease(A20, [[Plague]], [[鼠疫]], a, 2)
* insert Disease(A22, [[Anthrax]], [[炭疽]], b, 24)
* insert Disease(A22.1, [[Pulmonary anthrax]], [[肺炭疽]], b, 2)
* insert Disease(A23, [[Brucellosis]], [[布鲁氏菌病]], b, 24)
* insert Disease(A27, [[Leptospirosis]], [[钩端螺旋体病]], b, 24)
* insert Disease(A30, [[Leprosy]], [[麻风病]], c, 24)
* insert Disease(A33, [[Tetanus neonatorum]], [[新生儿破伤风]], b, 24)
* insert Disease(A36, [[Diphtheria]], [[白喉]], b, 24)
* insert Disease(A37, [[Whooping cough]], [[百日咳]], b, 24)
* insert Disease(A38, [[Scarlet fever]], [[猩红热]], b, 24)
* insert Disease(A39, [[Meningococcal infection]], [[流行性脑脊髓膜炎]], b, 24)
* insert Disease(A50, [[Congenital syphilis]], [[先天梅毒]], b, 24)
* insert Disease(A51, [[Early syphilis]], [[早期梅毒]], b, 24)
* insert Disease(A52, [[Late syphilis]], [[晚期梅毒]], b, 24)
* insert Disease(A53, [[Syphilis]], [[梅毒]], b, 24)
* insert Disease(A54, [[Gonococcal infection]], [[淋病]], b, 24)
* insert Disease(A80, [[Acute poliomyelitis]], [[脊髓灰质炎]], b, 24)
* insert Disease(A82, [[Rabies]], [[狂犬病]], b, 24)
* insert Disease(A83.0, [[Japanese encephalitis]], [[流行性乙型脑炎]], b, 24)
* insert Disease(A90, [[Dengue fever]], [[登革热]], b, 24)
* insert Disease(A91, [[Dengue haemorrhagic fever]], [[登革出血热]], b, 24)
* insert Disease(A98.5, [[Haemorrhagic fever with renal syndrome]], [[流行性出血热]], b, 24)
* insert Disease(B05, [[Measles]], [[麻疹]], b, 24)
* insert Disease(B06, [[Rubella]], [[风疹]], c, 24)
* insert Disease(B08.4, [[Hand, foot and mouth disease]], [[手足口病]], c, 24)
* insert Disease(B15, [[Acute hepatitis A]], [[急性甲型肝炎]], b, 24)
* insert Disease(B16, [[Acute hepatitis B]], [[急性乙型肝炎]], b, 24)
* insert Disease(B17, [[Other acute viral hepatitis]], [[其他急性病毒性肝炎]], b, 24)
* insert Disease(B18, [[Chronic viral hepatitis]], [[慢性病毒性肝炎]], b, 24)
* insert Disease(B19, [[Viral hepatitis]], [[病毒性肝炎]], b, 24)
* insert Disease(B20, [[Human immunodeficiency virus disease]], [[艾滋病]], b, 24)
* insert Disease(B21, [[Human immunodeficiency virus disease with neoplasms]], [[艾滋病伴恶性肿瘤]], b, 24)
* insert Disease(B22, [[Human immunodeficiency virus disease with other diseases]], [[艾滋病伴其他疾病]], b, 24)
* insert Disease(B23, [[Human immunodeficiency virus disease with other conditions]], [[艾滋病伴其他情况]], b, 24)
* insert Disease(B24, [[Human immunodeficiency virus disease, unspecified]], [[艾滋病(未特指)]], b, 24)
* insert Disease(B26, [[Mumps]], [[流行性腮腺炎]], c, 24)
* insert Disease(B50, [[Falciparum malaria]], [[恶性疟]], b, 24)
* insert Disease(B51, [[Vivax malaria]], [[间日疟]], b, 24)
* insert Disease(B52, [[Malariae malaria]], [[三日疟]], b, 24)
* insert Disease(B53, [[Other malaria]], [[其他疟疾]], b, 24)
* insert Disease(B54, [[Malaria]], [[疟疾]], b, 24)
* insert Disease(B65, [[Schistosomiasis]], [[血吸虫病]], b, 24)
* insert Disease(B67, [[Echinococcosis]], [[包虫病]], c, 24)
* insert Disease(J09, [[Influenza, certain viruses]], [[流行性感冒(特定病毒)]], c, 24)
* insert Disease(J10, [[Influenza, virus identified]], [[流行性感冒]], c, 24)
* insert Disease(J11, [[Influenza, virus not identified]], [[流行性感冒(病毒未鉴定)]], c, 24)
* insert Disease(U04.9, [[Severe acute respiratory syndrome]], [[传染性非典型肺炎]], b, 2)
* insert Disease(U07.1, [[COVID-19]], [[新型冠状病毒感染]], b, 24)

ValueSet: NotifiableDiseaseVS
Id: notifiable-disease
Title: "Notifiable disease (法定传染病)"
Description: "All codes of the system."
* insert Experimental
* include codes from system NotifiableDisease
