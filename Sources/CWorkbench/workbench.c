// The workbench, built into the binary: every file of Workbench/ that a browser asks for.
// TidyTests compares this list with the folder; scripts/embed-workbench writes it.
#include "workbench.h"

#define BYTES(name) static const unsigned char name[]

BYTES(file_0) = {
#embed "../../Workbench/base.css"
};
BYTES(file_1) = {
#embed "../../Workbench/core/answer.js"
};
BYTES(file_2) = {
#embed "../../Workbench/core/api.js"
};
BYTES(file_3) = {
#embed "../../Workbench/core/colors.js"
};
BYTES(file_4) = {
#embed "../../Workbench/core/contributions.js"
};
BYTES(file_5) = {
#embed "../../Workbench/core/database.js"
};
BYTES(file_6) = {
#embed "../../Workbench/core/differences.js"
};
BYTES(file_7) = {
#embed "../../Workbench/core/dom.js"
};
BYTES(file_8) = {
#embed "../../Workbench/core/faults.js"
};
BYTES(file_9) = {
#embed "../../Workbench/core/history.js"
};
BYTES(file_10) = {
#embed "../../Workbench/core/journal.js"
};
BYTES(file_11) = {
#embed "../../Workbench/core/kernel.js"
};
BYTES(file_12) = {
#embed "../../Workbench/core/keys.js"
};
BYTES(file_13) = {
#embed "../../Workbench/core/markdown.js"
};
BYTES(file_14) = {
#embed "../../Workbench/core/money.js"
};
BYTES(file_15) = {
#embed "../../Workbench/core/ontology.js"
};
BYTES(file_16) = {
#embed "../../Workbench/core/outbox.js"
};
BYTES(file_17) = {
#embed "../../Workbench/core/persistently.js"
};
BYTES(file_18) = {
#embed "../../Workbench/core/problems.js"
};
BYTES(file_19) = {
#embed "../../Workbench/core/send-part.js"
};
BYTES(file_20) = {
#embed "../../Workbench/core/tabs.js"
};
BYTES(file_21) = {
#embed "../../Workbench/core/trusted.js"
};
BYTES(file_22) = {
#embed "../../Workbench/core/words.js"
};
BYTES(file_23) = {
#embed "../../Workbench/editors/editors.css"
};
BYTES(file_24) = {
#embed "../../Workbench/editors/file-question.js"
};
BYTES(file_25) = {
#embed "../../Workbench/editors/form-editor.js"
};
BYTES(file_26) = {
#embed "../../Workbench/editors/image/crowd.js"
};
BYTES(file_27) = {
#embed "../../Workbench/editors/image/geometry.js"
};
BYTES(file_28) = {
#embed "../../Workbench/editors/image/grid.js"
};
BYTES(file_29) = {
#embed "../../Workbench/editors/image/image-canvas.js"
};
BYTES(file_30) = {
#embed "../../Workbench/editors/image/image-editor.js"
};
BYTES(file_31) = {
#embed "../../Workbench/editors/image/kinds-framed.js"
};
BYTES(file_32) = {
#embed "../../Workbench/editors/image/kinds-free.js"
};
BYTES(file_33) = {
#embed "../../Workbench/editors/image/kinds.js"
};
BYTES(file_34) = {
#embed "../../Workbench/editors/image/paint-worker.js"
};
BYTES(file_35) = {
#embed "../../Workbench/editors/image/painting.js"
};
BYTES(file_36) = {
#embed "../../Workbench/editors/image/picture.js"
};
BYTES(file_37) = {
#embed "../../Workbench/editors/image/pixels.js"
};
BYTES(file_38) = {
#embed "../../Workbench/editors/image/tools.js"
};
BYTES(file_39) = {
#embed "../../Workbench/editors/image/view.js"
};
BYTES(file_40) = {
#embed "../../Workbench/editors/object-editor.js"
};
BYTES(file_41) = {
#embed "../../Workbench/editors/text/blocks.js"
};
BYTES(file_42) = {
#embed "../../Workbench/editors/text/text-editor.js"
};
BYTES(file_43) = {
#embed "../../Workbench/icon.svg"
};
BYTES(file_44) = {
#embed "../../Workbench/index.html"
};
BYTES(file_45) = {
#embed "../../Workbench/main.js"
};
BYTES(file_46) = {
#embed "../../Workbench/pages/account.js"
};
BYTES(file_47) = {
#embed "../../Workbench/pages/attributes.js"
};
BYTES(file_48) = {
#embed "../../Workbench/pages/board.js"
};
BYTES(file_49) = {
#embed "../../Workbench/pages/conduct.js"
};
BYTES(file_50) = {
#embed "../../Workbench/pages/earnings.js"
};
BYTES(file_51) = {
#embed "../../Workbench/pages/explore.css"
};
BYTES(file_52) = {
#embed "../../Workbench/pages/explore.js"
};
BYTES(file_53) = {
#embed "../../Workbench/pages/extras.js"
};
BYTES(file_54) = {
#embed "../../Workbench/pages/feedback.js"
};
BYTES(file_55) = {
#embed "../../Workbench/pages/inbox.js"
};
BYTES(file_56) = {
#embed "../../Workbench/pages/join.js"
};
BYTES(file_57) = {
#embed "../../Workbench/pages/label-keys.js"
};
BYTES(file_58) = {
#embed "../../Workbench/pages/label.js"
};
BYTES(file_59) = {
#embed "../../Workbench/pages/manage.js"
};
BYTES(file_60) = {
#embed "../../Workbench/pages/ontology.css"
};
BYTES(file_61) = {
#embed "../../Workbench/pages/ontology.js"
};
BYTES(file_62) = {
#embed "../../Workbench/pages/pages.css"
};
BYTES(file_63) = {
#embed "../../Workbench/pages/pay.js"
};
BYTES(file_64) = {
#embed "../../Workbench/pages/quality.js"
};
BYTES(file_65) = {
#embed "../../Workbench/pages/queue.js"
};
BYTES(file_66) = {
#embed "../../Workbench/pages/reviewers.js"
};
BYTES(file_67) = {
#embed "../../Workbench/pages/session.js"
};
BYTES(file_68) = {
#embed "../../Workbench/pages/sign-in.js"
};
BYTES(file_69) = {
#embed "../../Workbench/pages/team.js"
};
BYTES(file_70) = {
#embed "../../Workbench/pages/worker.js"
};
BYTES(file_71) = {
#embed "../../Workbench/pages/workers.js"
};
BYTES(file_72) = {
#embed "../../Workbench/parts/appeal.js"
};
BYTES(file_73) = {
#embed "../../Workbench/parts/billing.js"
};
BYTES(file_74) = {
#embed "../../Workbench/parts/calibration.js"
};
BYTES(file_75) = {
#embed "../../Workbench/parts/capture.js"
};
BYTES(file_76) = {
#embed "../../Workbench/parts/clock-face.js"
};
BYTES(file_77) = {
#embed "../../Workbench/parts/conduct-words.js"
};
BYTES(file_78) = {
#embed "../../Workbench/parts/coordinates.js"
};
BYTES(file_79) = {
#embed "../../Workbench/parts/dialog.js"
};
BYTES(file_80) = {
#embed "../../Workbench/parts/duration.js"
};
BYTES(file_81) = {
#embed "../../Workbench/parts/earning-appeals.js"
};
BYTES(file_82) = {
#embed "../../Workbench/parts/eligibility-dialog.js"
};
BYTES(file_83) = {
#embed "../../Workbench/parts/exam-news.js"
};
BYTES(file_84) = {
#embed "../../Workbench/parts/explore/closer-look.js"
};
BYTES(file_85) = {
#embed "../../Workbench/parts/explore/collections.js"
};
BYTES(file_86) = {
#embed "../../Workbench/parts/explore/comparison.js"
};
BYTES(file_87) = {
#embed "../../Workbench/parts/explore/dropped.js"
};
BYTES(file_88) = {
#embed "../../Workbench/parts/explore/item-grid.js"
};
BYTES(file_89) = {
#embed "../../Workbench/parts/explore/item-picture.js"
};
BYTES(file_90) = {
#embed "../../Workbench/parts/explore/item-view.js"
};
BYTES(file_91) = {
#embed "../../Workbench/parts/explore/map.js"
};
BYTES(file_92) = {
#embed "../../Workbench/parts/explore/point-field.js"
};
BYTES(file_93) = {
#embed "../../Workbench/parts/explore/query-box.js"
};
BYTES(file_94) = {
#embed "../../Workbench/parts/explore/selection.js"
};
BYTES(file_95) = {
#embed "../../Workbench/parts/explore/send-set.js"
};
BYTES(file_96) = {
#embed "../../Workbench/parts/explore/slice-scores.js"
};
BYTES(file_97) = {
#embed "../../Workbench/parts/explore/sources.js"
};
BYTES(file_98) = {
#embed "../../Workbench/parts/explore/summary.js"
};
BYTES(file_99) = {
#embed "../../Workbench/parts/explore/tar.js"
};
BYTES(file_100) = {
#embed "../../Workbench/parts/explore/upload.js"
};
BYTES(file_101) = {
#embed "../../Workbench/parts/field.js"
};
BYTES(file_102) = {
#embed "../../Workbench/parts/invite.js"
};
BYTES(file_103) = {
#embed "../../Workbench/parts/language.js"
};
BYTES(file_104) = {
#embed "../../Workbench/parts/languages.js"
};
BYTES(file_105) = {
#embed "../../Workbench/parts/lesson.js"
};
BYTES(file_106) = {
#embed "../../Workbench/parts/link-list.js"
};
BYTES(file_107) = {
#embed "../../Workbench/parts/material.js"
};
BYTES(file_108) = {
#embed "../../Workbench/parts/missing.js"
};
BYTES(file_109) = {
#embed "../../Workbench/parts/new-project.js"
};
BYTES(file_110) = {
#embed "../../Workbench/parts/no-task.js"
};
BYTES(file_111) = {
#embed "../../Workbench/parts/object-list.js"
};
BYTES(file_112) = {
#embed "../../Workbench/parts/ontology/definition-form.js"
};
BYTES(file_113) = {
#embed "../../Workbench/parts/ontology/fields.js"
};
BYTES(file_114) = {
#embed "../../Workbench/parts/ontology/migration.js"
};
BYTES(file_115) = {
#embed "../../Workbench/parts/ontology/options-form.js"
};
BYTES(file_116) = {
#embed "../../Workbench/parts/ontology/preview.js"
};
BYTES(file_117) = {
#embed "../../Workbench/parts/ontology/text.js"
};
BYTES(file_118) = {
#embed "../../Workbench/parts/palette.js"
};
BYTES(file_119) = {
#embed "../../Workbench/parts/price.js"
};
BYTES(file_120) = {
#embed "../../Workbench/parts/profile-form.js"
};
BYTES(file_121) = {
#embed "../../Workbench/parts/project-dialogs.js"
};
BYTES(file_122) = {
#embed "../../Workbench/parts/rate-dialog.js"
};
BYTES(file_123) = {
#embed "../../Workbench/parts/reasons.js"
};
BYTES(file_124) = {
#embed "../../Workbench/parts/receipts.js"
};
BYTES(file_125) = {
#embed "../../Workbench/parts/release-files.js"
};
BYTES(file_126) = {
#embed "../../Workbench/parts/releases.js"
};
BYTES(file_127) = {
#embed "../../Workbench/parts/remarks.js"
};
BYTES(file_128) = {
#embed "../../Workbench/parts/rest.js"
};
BYTES(file_129) = {
#embed "../../Workbench/parts/review-panel.js"
};
BYTES(file_130) = {
#embed "../../Workbench/parts/rule-dialog.js"
};
BYTES(file_131) = {
#embed "../../Workbench/parts/save-light.js"
};
BYTES(file_132) = {
#embed "../../Workbench/parts/section.js"
};
BYTES(file_133) = {
#embed "../../Workbench/parts/source.js"
};
BYTES(file_134) = {
#embed "../../Workbench/parts/terms-dialog.js"
};
BYTES(file_135) = {
#embed "../../Workbench/parts/toolbar.js"
};
BYTES(file_136) = {
#embed "../../Workbench/parts/veil.js"
};
BYTES(file_137) = {
#embed "../../Workbench/parts/write-dialog.js"
};
BYTES(file_138) = {
#embed "../../Workbench/theme.css"
};
BYTES(file_139) = {
#embed "../../Workbench/words/ar.js"
};
BYTES(file_140) = {
#embed "../../Workbench/words/en.js"
};
BYTES(file_141) = {
#embed "../../Workbench/words/es.js"
};
BYTES(file_142) = {
#embed "../../Workbench/words/explore/ar.js"
};
BYTES(file_143) = {
#embed "../../Workbench/words/explore/es.js"
};
BYTES(file_144) = {
#embed "../../Workbench/words/explore/fr.js"
};
BYTES(file_145) = {
#embed "../../Workbench/words/explore/zh.js"
};
BYTES(file_146) = {
#embed "../../Workbench/words/files/ar.js"
};
BYTES(file_147) = {
#embed "../../Workbench/words/files/es.js"
};
BYTES(file_148) = {
#embed "../../Workbench/words/files/fr.js"
};
BYTES(file_149) = {
#embed "../../Workbench/words/files/zh.js"
};
BYTES(file_150) = {
#embed "../../Workbench/words/fr.js"
};
BYTES(file_151) = {
#embed "../../Workbench/words/home/ar.js"
};
BYTES(file_152) = {
#embed "../../Workbench/words/home/es.js"
};
BYTES(file_153) = {
#embed "../../Workbench/words/home/fr.js"
};
BYTES(file_154) = {
#embed "../../Workbench/words/home/zh.js"
};
BYTES(file_155) = {
#embed "../../Workbench/words/manage/ar.js"
};
BYTES(file_156) = {
#embed "../../Workbench/words/manage/es.js"
};
BYTES(file_157) = {
#embed "../../Workbench/words/manage/fr.js"
};
BYTES(file_158) = {
#embed "../../Workbench/words/manage/zh.js"
};
BYTES(file_159) = {
#embed "../../Workbench/words/pay/ar.js"
};
BYTES(file_160) = {
#embed "../../Workbench/words/pay/es.js"
};
BYTES(file_161) = {
#embed "../../Workbench/words/pay/fr.js"
};
BYTES(file_162) = {
#embed "../../Workbench/words/pay/zh.js"
};
BYTES(file_163) = {
#embed "../../Workbench/words/people/ar.js"
};
BYTES(file_164) = {
#embed "../../Workbench/words/people/es.js"
};
BYTES(file_165) = {
#embed "../../Workbench/words/people/fr.js"
};
BYTES(file_166) = {
#embed "../../Workbench/words/people/zh.js"
};
BYTES(file_167) = {
#embed "../../Workbench/words/zh.js"
};

static const struct workbench_file files[] = {
    {"base.css", file_0, sizeof file_0},
    {"core/answer.js", file_1, sizeof file_1},
    {"core/api.js", file_2, sizeof file_2},
    {"core/colors.js", file_3, sizeof file_3},
    {"core/contributions.js", file_4, sizeof file_4},
    {"core/database.js", file_5, sizeof file_5},
    {"core/differences.js", file_6, sizeof file_6},
    {"core/dom.js", file_7, sizeof file_7},
    {"core/faults.js", file_8, sizeof file_8},
    {"core/history.js", file_9, sizeof file_9},
    {"core/journal.js", file_10, sizeof file_10},
    {"core/kernel.js", file_11, sizeof file_11},
    {"core/keys.js", file_12, sizeof file_12},
    {"core/markdown.js", file_13, sizeof file_13},
    {"core/money.js", file_14, sizeof file_14},
    {"core/ontology.js", file_15, sizeof file_15},
    {"core/outbox.js", file_16, sizeof file_16},
    {"core/persistently.js", file_17, sizeof file_17},
    {"core/problems.js", file_18, sizeof file_18},
    {"core/send-part.js", file_19, sizeof file_19},
    {"core/tabs.js", file_20, sizeof file_20},
    {"core/trusted.js", file_21, sizeof file_21},
    {"core/words.js", file_22, sizeof file_22},
    {"editors/editors.css", file_23, sizeof file_23},
    {"editors/file-question.js", file_24, sizeof file_24},
    {"editors/form-editor.js", file_25, sizeof file_25},
    {"editors/image/crowd.js", file_26, sizeof file_26},
    {"editors/image/geometry.js", file_27, sizeof file_27},
    {"editors/image/grid.js", file_28, sizeof file_28},
    {"editors/image/image-canvas.js", file_29, sizeof file_29},
    {"editors/image/image-editor.js", file_30, sizeof file_30},
    {"editors/image/kinds-framed.js", file_31, sizeof file_31},
    {"editors/image/kinds-free.js", file_32, sizeof file_32},
    {"editors/image/kinds.js", file_33, sizeof file_33},
    {"editors/image/paint-worker.js", file_34, sizeof file_34},
    {"editors/image/painting.js", file_35, sizeof file_35},
    {"editors/image/picture.js", file_36, sizeof file_36},
    {"editors/image/pixels.js", file_37, sizeof file_37},
    {"editors/image/tools.js", file_38, sizeof file_38},
    {"editors/image/view.js", file_39, sizeof file_39},
    {"editors/object-editor.js", file_40, sizeof file_40},
    {"editors/text/blocks.js", file_41, sizeof file_41},
    {"editors/text/text-editor.js", file_42, sizeof file_42},
    {"icon.svg", file_43, sizeof file_43},
    {"index.html", file_44, sizeof file_44},
    {"main.js", file_45, sizeof file_45},
    {"pages/account.js", file_46, sizeof file_46},
    {"pages/attributes.js", file_47, sizeof file_47},
    {"pages/board.js", file_48, sizeof file_48},
    {"pages/conduct.js", file_49, sizeof file_49},
    {"pages/earnings.js", file_50, sizeof file_50},
    {"pages/explore.css", file_51, sizeof file_51},
    {"pages/explore.js", file_52, sizeof file_52},
    {"pages/extras.js", file_53, sizeof file_53},
    {"pages/feedback.js", file_54, sizeof file_54},
    {"pages/inbox.js", file_55, sizeof file_55},
    {"pages/join.js", file_56, sizeof file_56},
    {"pages/label-keys.js", file_57, sizeof file_57},
    {"pages/label.js", file_58, sizeof file_58},
    {"pages/manage.js", file_59, sizeof file_59},
    {"pages/ontology.css", file_60, sizeof file_60},
    {"pages/ontology.js", file_61, sizeof file_61},
    {"pages/pages.css", file_62, sizeof file_62},
    {"pages/pay.js", file_63, sizeof file_63},
    {"pages/quality.js", file_64, sizeof file_64},
    {"pages/queue.js", file_65, sizeof file_65},
    {"pages/reviewers.js", file_66, sizeof file_66},
    {"pages/session.js", file_67, sizeof file_67},
    {"pages/sign-in.js", file_68, sizeof file_68},
    {"pages/team.js", file_69, sizeof file_69},
    {"pages/worker.js", file_70, sizeof file_70},
    {"pages/workers.js", file_71, sizeof file_71},
    {"parts/appeal.js", file_72, sizeof file_72},
    {"parts/billing.js", file_73, sizeof file_73},
    {"parts/calibration.js", file_74, sizeof file_74},
    {"parts/capture.js", file_75, sizeof file_75},
    {"parts/clock-face.js", file_76, sizeof file_76},
    {"parts/conduct-words.js", file_77, sizeof file_77},
    {"parts/coordinates.js", file_78, sizeof file_78},
    {"parts/dialog.js", file_79, sizeof file_79},
    {"parts/duration.js", file_80, sizeof file_80},
    {"parts/earning-appeals.js", file_81, sizeof file_81},
    {"parts/eligibility-dialog.js", file_82, sizeof file_82},
    {"parts/exam-news.js", file_83, sizeof file_83},
    {"parts/explore/closer-look.js", file_84, sizeof file_84},
    {"parts/explore/collections.js", file_85, sizeof file_85},
    {"parts/explore/comparison.js", file_86, sizeof file_86},
    {"parts/explore/dropped.js", file_87, sizeof file_87},
    {"parts/explore/item-grid.js", file_88, sizeof file_88},
    {"parts/explore/item-picture.js", file_89, sizeof file_89},
    {"parts/explore/item-view.js", file_90, sizeof file_90},
    {"parts/explore/map.js", file_91, sizeof file_91},
    {"parts/explore/point-field.js", file_92, sizeof file_92},
    {"parts/explore/query-box.js", file_93, sizeof file_93},
    {"parts/explore/selection.js", file_94, sizeof file_94},
    {"parts/explore/send-set.js", file_95, sizeof file_95},
    {"parts/explore/slice-scores.js", file_96, sizeof file_96},
    {"parts/explore/sources.js", file_97, sizeof file_97},
    {"parts/explore/summary.js", file_98, sizeof file_98},
    {"parts/explore/tar.js", file_99, sizeof file_99},
    {"parts/explore/upload.js", file_100, sizeof file_100},
    {"parts/field.js", file_101, sizeof file_101},
    {"parts/invite.js", file_102, sizeof file_102},
    {"parts/language.js", file_103, sizeof file_103},
    {"parts/languages.js", file_104, sizeof file_104},
    {"parts/lesson.js", file_105, sizeof file_105},
    {"parts/link-list.js", file_106, sizeof file_106},
    {"parts/material.js", file_107, sizeof file_107},
    {"parts/missing.js", file_108, sizeof file_108},
    {"parts/new-project.js", file_109, sizeof file_109},
    {"parts/no-task.js", file_110, sizeof file_110},
    {"parts/object-list.js", file_111, sizeof file_111},
    {"parts/ontology/definition-form.js", file_112, sizeof file_112},
    {"parts/ontology/fields.js", file_113, sizeof file_113},
    {"parts/ontology/migration.js", file_114, sizeof file_114},
    {"parts/ontology/options-form.js", file_115, sizeof file_115},
    {"parts/ontology/preview.js", file_116, sizeof file_116},
    {"parts/ontology/text.js", file_117, sizeof file_117},
    {"parts/palette.js", file_118, sizeof file_118},
    {"parts/price.js", file_119, sizeof file_119},
    {"parts/profile-form.js", file_120, sizeof file_120},
    {"parts/project-dialogs.js", file_121, sizeof file_121},
    {"parts/rate-dialog.js", file_122, sizeof file_122},
    {"parts/reasons.js", file_123, sizeof file_123},
    {"parts/receipts.js", file_124, sizeof file_124},
    {"parts/release-files.js", file_125, sizeof file_125},
    {"parts/releases.js", file_126, sizeof file_126},
    {"parts/remarks.js", file_127, sizeof file_127},
    {"parts/rest.js", file_128, sizeof file_128},
    {"parts/review-panel.js", file_129, sizeof file_129},
    {"parts/rule-dialog.js", file_130, sizeof file_130},
    {"parts/save-light.js", file_131, sizeof file_131},
    {"parts/section.js", file_132, sizeof file_132},
    {"parts/source.js", file_133, sizeof file_133},
    {"parts/terms-dialog.js", file_134, sizeof file_134},
    {"parts/toolbar.js", file_135, sizeof file_135},
    {"parts/veil.js", file_136, sizeof file_136},
    {"parts/write-dialog.js", file_137, sizeof file_137},
    {"theme.css", file_138, sizeof file_138},
    {"words/ar.js", file_139, sizeof file_139},
    {"words/en.js", file_140, sizeof file_140},
    {"words/es.js", file_141, sizeof file_141},
    {"words/explore/ar.js", file_142, sizeof file_142},
    {"words/explore/es.js", file_143, sizeof file_143},
    {"words/explore/fr.js", file_144, sizeof file_144},
    {"words/explore/zh.js", file_145, sizeof file_145},
    {"words/files/ar.js", file_146, sizeof file_146},
    {"words/files/es.js", file_147, sizeof file_147},
    {"words/files/fr.js", file_148, sizeof file_148},
    {"words/files/zh.js", file_149, sizeof file_149},
    {"words/fr.js", file_150, sizeof file_150},
    {"words/home/ar.js", file_151, sizeof file_151},
    {"words/home/es.js", file_152, sizeof file_152},
    {"words/home/fr.js", file_153, sizeof file_153},
    {"words/home/zh.js", file_154, sizeof file_154},
    {"words/manage/ar.js", file_155, sizeof file_155},
    {"words/manage/es.js", file_156, sizeof file_156},
    {"words/manage/fr.js", file_157, sizeof file_157},
    {"words/manage/zh.js", file_158, sizeof file_158},
    {"words/pay/ar.js", file_159, sizeof file_159},
    {"words/pay/es.js", file_160, sizeof file_160},
    {"words/pay/fr.js", file_161, sizeof file_161},
    {"words/pay/zh.js", file_162, sizeof file_162},
    {"words/people/ar.js", file_163, sizeof file_163},
    {"words/people/es.js", file_164, sizeof file_164},
    {"words/people/fr.js", file_165, sizeof file_165},
    {"words/people/zh.js", file_166, sizeof file_166},
    {"words/zh.js", file_167, sizeof file_167},
};

int workbench_file_count(void) { return sizeof files / sizeof files[0]; }
struct workbench_file workbench_file(int index) { return files[index]; }
