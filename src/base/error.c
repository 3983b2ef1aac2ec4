#include <posthaste/result.h>

const char *ph_strerror(int code)
{
    switch (code) {
    case PH_OK:
        return "no error";
#define X(name, number, text)                                                  \
    case PH_E_##name:                                                          \
        return text;
        PH_ERROR_MAP(X)
#undef X
    }
    return "unknown error";
}

const char *ph_outcome_name(enum ph_outcome outcome)
{
    switch (outcome) {
#define X(name, text)                                                          \
    case PH_##name:                                                            \
        return text;
        PH_OUTCOME_MAP(X)
#undef X
    }
    return "unknown";
}

const char *ph_stage_name(enum ph_stage stage)
{
    switch (stage) {
#define X(name, text)                                                          \
    case PH_STAGE_##name:                                                      \
        return text;
        PH_STAGE_MAP(X)
#undef X
    }
    return "unknown";
}

const char *ph_class_name(enum ph_class c)
{
    switch (c) {
#define X(name, text)                                                          \
    case PH_CLASS_##name:                                                      \
        return text;
        PH_CLASS_MAP(X)
#undef X
    }
    return "unknown";
}
