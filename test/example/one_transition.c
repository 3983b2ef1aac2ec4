/* What does SMTP's client do when RCPT is answered 550? No network, no loop. */
#include <stdio.h>

#include <posthaste.h>

int main(void)
{
    struct ph_transition t;
    if (ph_transition_for("RCPT", 550, &t))
        return 1;
    printf("%s --550--> %s (%s)\n", t.state, t.next, t.action);
    return 0;
}
