#include "engine/retry.h"
#include "engine/sums.h"

void ph__room_init(struct ph__room *room, unsigned most)
{
    *room = (struct ph__room){.most = most,
                              .limit = most,
                              .quiet_ms = PH__ROOM_QUIET_MS,
                              .grow_at = UINT64_MAX};
}

/* To `limit`, if that is less, and never to none. */
static void shrink(struct ph__room *room, uint64_t now, unsigned limit)
{
    if (!limit)
        limit = 1;
    if (limit < room->limit)
        room->limit = limit;
    if (room->grown && room->quiet_ms < PH__ROOM_QUIET_MOST_MS)
        room->quiet_ms *= 2;
    room->grown = false;
    if (room->limit < room->most)
        room->grow_at = ph__plus(now, room->quiet_ms);
}

void ph__room_full(struct ph__room *room, uint64_t now, unsigned others)
{
    shrink(room, now, others);
}

void ph__room_halve(struct ph__room *room, uint64_t now, unsigned open)
{
    /* More live than may: it speaks of a number that has been halved. */
    bool again = open > room->limit;
    shrink(room, now, again ? room->limit : open / 2);
}

void ph__room_grow(struct ph__room *room, uint64_t now)
{
    if (now < room->grow_at)
        return;
    if (room->grown && room->quiet_ms > PH__ROOM_QUIET_MS)
        room->quiet_ms /= 2; /* the last one was not wrong */
    room->limit++;
    room->grown = true;
    room->grow_at =
        room->limit < room->most ? ph__plus(now, room->quiet_ms) : UINT64_MAX;
}
