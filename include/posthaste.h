/* posthaste.h - everything in one include. MIT licence. */
#ifndef POSTHASTE_H
#define POSTHASTE_H

#include <posthaste/client.h>
#include <posthaste/discover.h>
#include <posthaste/dkim.h>
#include <posthaste/login.h>
#include <posthaste/machine.h>
#include <posthaste/merge.h>
#include <posthaste/message.h>
#include <posthaste/mx.h>
#include <posthaste/network.h>
#include <posthaste/part.h>
#include <posthaste/policy.h>
#include <posthaste/result.h>
#include <posthaste/stats.h>
#include <posthaste/tap.h>
#include <posthaste/types.h>

#endif
