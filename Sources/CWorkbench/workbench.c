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
#embed "../../Workbench/core/dom.js"
};
BYTES(file_5) = {
#embed "../../Workbench/core/history.js"
};
BYTES(file_6) = {
#embed "../../Workbench/core/keys.js"
};
BYTES(file_7) = {
#embed "../../Workbench/core/markdown.js"
};
BYTES(file_8) = {
#embed "../../Workbench/core/outbox.js"
};
BYTES(file_9) = {
#embed "../../Workbench/editors/editors.css"
};
BYTES(file_10) = {
#embed "../../Workbench/editors/form-editor.js"
};
BYTES(file_11) = {
#embed "../../Workbench/editors/image-editor.js"
};
BYTES(file_12) = {
#embed "../../Workbench/editors/image-view.js"
};
BYTES(file_13) = {
#embed "../../Workbench/editors/object-editor.js"
};
BYTES(file_14) = {
#embed "../../Workbench/editors/shapes.js"
};
BYTES(file_15) = {
#embed "../../Workbench/editors/text-editor.js"
};
BYTES(file_16) = {
#embed "../../Workbench/icon.svg"
};
BYTES(file_17) = {
#embed "../../Workbench/index.html"
};
BYTES(file_18) = {
#embed "../../Workbench/main.js"
};
BYTES(file_19) = {
#embed "../../Workbench/pages/attributes.js"
};
BYTES(file_20) = {
#embed "../../Workbench/pages/join.js"
};
BYTES(file_21) = {
#embed "../../Workbench/pages/label.js"
};
BYTES(file_22) = {
#embed "../../Workbench/pages/manage.js"
};
BYTES(file_23) = {
#embed "../../Workbench/pages/pages.css"
};
BYTES(file_24) = {
#embed "../../Workbench/pages/queue.js"
};
BYTES(file_25) = {
#embed "../../Workbench/pages/session.js"
};
BYTES(file_26) = {
#embed "../../Workbench/pages/sign-in.js"
};
BYTES(file_27) = {
#embed "../../Workbench/pages/team.js"
};
BYTES(file_28) = {
#embed "../../Workbench/parts/dialog.js"
};
BYTES(file_29) = {
#embed "../../Workbench/parts/material.js"
};
BYTES(file_30) = {
#embed "../../Workbench/theme.css"
};

static const struct workbench_file files[] = {
    {"base.css", file_0, sizeof file_0},
    {"core/answer.js", file_1, sizeof file_1},
    {"core/api.js", file_2, sizeof file_2},
    {"core/colors.js", file_3, sizeof file_3},
    {"core/dom.js", file_4, sizeof file_4},
    {"core/history.js", file_5, sizeof file_5},
    {"core/keys.js", file_6, sizeof file_6},
    {"core/markdown.js", file_7, sizeof file_7},
    {"core/outbox.js", file_8, sizeof file_8},
    {"editors/editors.css", file_9, sizeof file_9},
    {"editors/form-editor.js", file_10, sizeof file_10},
    {"editors/image-editor.js", file_11, sizeof file_11},
    {"editors/image-view.js", file_12, sizeof file_12},
    {"editors/object-editor.js", file_13, sizeof file_13},
    {"editors/shapes.js", file_14, sizeof file_14},
    {"editors/text-editor.js", file_15, sizeof file_15},
    {"icon.svg", file_16, sizeof file_16},
    {"index.html", file_17, sizeof file_17},
    {"main.js", file_18, sizeof file_18},
    {"pages/attributes.js", file_19, sizeof file_19},
    {"pages/join.js", file_20, sizeof file_20},
    {"pages/label.js", file_21, sizeof file_21},
    {"pages/manage.js", file_22, sizeof file_22},
    {"pages/pages.css", file_23, sizeof file_23},
    {"pages/queue.js", file_24, sizeof file_24},
    {"pages/session.js", file_25, sizeof file_25},
    {"pages/sign-in.js", file_26, sizeof file_26},
    {"pages/team.js", file_27, sizeof file_27},
    {"parts/dialog.js", file_28, sizeof file_28},
    {"parts/material.js", file_29, sizeof file_29},
    {"theme.css", file_30, sizeof file_30},
};

int workbench_file_count(void) { return sizeof files / sizeof files[0]; }
struct workbench_file workbench_file(int index) { return files[index]; }
