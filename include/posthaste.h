/* posthaste.h - everything in one include. MIT licence. */
#ifndef POSTHASTE_H
#define POSTHASTE_H

#include <posthaste/client.h>
#include <posthaste/machine.h>
#include <posthaste/message.h>
#include <posthaste/types.h>

#endif
