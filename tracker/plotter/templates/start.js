/* Last of all: the view that the address asks for, then the charts. */
T.restore();
T.start();
