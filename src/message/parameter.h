/* message/parameter.h - media types and the parameters behind them: read
 * strictly, written so that old and new readers find the file's name. */
#ifndef MESSAGE_PARAMETER_H
#define MESSAGE_PARAMETER_H

#include "message/header.h"

/* The gate for media types: "text/csv; header=present" (RFC 2045 5.1, without
 * comments). NULL, or what is wrong. Static. */
const char *ph__type_problem(const char *type);
/* Is it this type ("text/html"), or of this kind ("text/")? Parameters and
 * case do not count. */
bool ph__type_is(const char *type, const char *name);
bool ph__type_has(const char *type, const char *parameter);

/* All below write into a field, and take text that its gate let through. */

/* The type with its parameters, folded between them. */
int ph__type_write(struct ph__header *h, const char *type);
/* "; name=value": the value is written as it is. */
int ph__parameter_write(struct ph__header *h, const char *name,
                        const char *value);

/* NULL, or why this cannot be the name of a file. Static. */
const char *ph__file_name_problem(const char *name);
/* "; filename=x.txt" of Content-Disposition. What is more than short and plain
 * ASCII is written in segments (RFC 2231 3, 4), which stand in front of an
 * ASCII form: the reader who knows both and takes the first gets the name. */
int ph__file_name_write(struct ph__header *h, const char *name);
/* "; name=x.txt" of Content-Type, for readers older than RFC 2183: ASCII. */
int ph__file_name_write_old(struct ph__header *h, const char *name);

#endif
