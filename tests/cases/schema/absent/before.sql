create schema gone;
